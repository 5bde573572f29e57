import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { readLines } from './read-lines.js';

/** A process that outlives this one. */
export interface DetachedOptions {
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Begun anew; has what the process says before, or besides, its own logs. */
  errorPath: string;
}

/** What a detached process had to report. */
export interface DetachedStart {
  pid: number | undefined;
  /** Its first line on fd 3; undefined where it ended without one. */
  report: string | undefined;
}

const MOST_REPORT_BYTES = 64 * 1024;

/** Starts a process in a session of its own, without a terminal, and resolves when it reports on fd 3 or ends. */
export function startDetached({ command, args, env, cwd, errorPath }: DetachedOptions): Promise<DetachedStart> {
  mkdirSync(dirname(errorPath), { recursive: true });
  const errors = openSync(errorPath, 'w');
  const child = spawn(command, args, { detached: true, env, cwd, stdio: ['ignore', errors, errors, 'pipe'] });
  closeSync(errors);
  const reports = child.stdio[3];
  return new Promise((resolve, reject) => {
    const end = (report: string | undefined) => {
      if (reports instanceof Readable) reports.destroy();
      child.unref();
      resolve({ pid: child.pid, report });
    };
    child.once('error', reject).once('exit', () => setImmediate(() => end(undefined)));
    if (reports instanceof Readable) readLines(reports, MOST_REPORT_BYTES, end);
  });
}
