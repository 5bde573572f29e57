import { fstatSync, writeSync } from 'node:fs';
import { failedLine, IDLE_LINE, READY_LINE, stuckLine } from './report.js';

/** A supervised daemon's way to its supervisor. */
export interface SupervisorLink {
  ready(): void;
  /** It ends because nothing is to be done, and is to be started when there is. */
  idle(): void;
  failed(thrown: unknown): void;
  /** These processes keep everybody from writing to the journal. */
  stuck(holders: readonly number[]): void;
  /** Calls back when the supervisor is gone, however it ended. */
  onGone(callback: () => void): void;
}

/** Environment variable by which a supervisor says that it started this process. */
export const SUPERVISED = 'KLOROS_SUPERVISED';

const REPORT_FD = 3;

/** The link of a process that a supervisor started; undefined for one that was started by hand. */
export function linkToSupervisor(env: NodeJS.ProcessEnv): SupervisorLink | undefined {
  if (env[SUPERVISED] !== '1' || !isPipe(REPORT_FD)) return undefined;
  return {
    ready: () => sendReport(READY_LINE),
    idle: () => sendReport(IDLE_LINE),
    failed: (thrown) => sendReport(failedLine(thrown)),
    stuck: (holders) => sendReport(stuckLine(holders)),
    onGone: (callback) => {
      // Nothing is ever written to it: it ends when the last holder of its other end, the supervisor, is gone.
      process.stdin.once('end', callback).once('error', callback).resume();
      process.stdin.unref(); // Listening must not keep a stopped daemon alive.
    },
  };
}

/** Tells whoever started a detached supervisor that it is ready, or why not; once, as nobody reads after that. */
export function reportDetached(report: 'ready' | { thrown: unknown }): void {
  if (isPipe(REPORT_FD)) sendReport(report === 'ready' ? READY_LINE : failedLine(report.thrown));
}

/** The variable may be inherited by a process that has something else as fd 3. */
function isPipe(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isSocket() || stat.isFIFO();
  } catch {
    return false;
  }
}

function sendReport(line: string): void {
  try {
    writeSync(REPORT_FD, `${line}\n`);
  } catch {
    return; // The supervisor is gone, which onGone tells.
  }
}
