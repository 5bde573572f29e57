import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { bin, cliEnv } from './cli.js';
import { until } from './colony.js';

/** A line of `kloros up --output jsonl`. */
export interface UpEvent {
  state: string;
  name?: string;
  pid?: number;
  why?: string;
  startedInMs?: number;
}

/** A colony that the real program runs. */
export interface Up {
  pid: number;
  events: UpEvent[];
  /** What it says to people. */
  stderr: () => string;
  /** Resolves when the colony is ready, or has ended before. */
  ready(): Promise<void>;
  /** Newest process of a daemon. */
  pidOf(name: string): number;
  /** Sends a signal and answers the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  exited: Promise<number | null>;
}

/** Starts `kloros up` on a home; `through` is a program that runs the one that its arguments name. */
export function startUp(
  env: Record<string, string>,
  args: readonly string[] = [],
  through: readonly string[] = [],
): Up {
  const line = [...through, process.execPath, ...bin, 'up', '--output', 'jsonl', ...args];
  const child = spawn('env', line, { env: cliEnv(env), stdio: ['ignore', 'pipe', 'pipe'] });
  const events: UpEvent[] = [];
  let stderr = '';
  createInterface({ input: child.stdout }).on('line', (line) => events.push(JSON.parse(line) as UpEvent));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  let over = false;
  const exited = once(child, 'close').then(([code]) => {
    over = true;
    return code as number | null;
  });
  return {
    pid: child.pid ?? 0,
    events,
    stderr: () => stderr,
    exited,
    ready: () => until('the colony is ready', () => over || events.some(({ state }) => state === 'READY'), 90_000),
    pidOf: (name) => events.findLast((event) => event.name === name && event.pid !== undefined)?.pid ?? 0,
    end: async (signal) => {
      child.kill(signal);
      return exited;
    },
  };
}
