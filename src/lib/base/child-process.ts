import { spawn, type ChildProcess, type SpawnOptions, type StdioOptions } from 'node:child_process';
import { Readable, type Writable } from 'node:stream';
import { toError } from './errors.js';
import { readLines } from './read-lines.js';

/** A long-running child: a process group of its own, and pipes that tie its life to its parent's. */
export interface ChildOptions {
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd?: string;
  /** One line that it wrote to stdout or stderr, without the newline. */
  onLine: (line: string) => void;
  /** One line that it wrote to fd 3, where it reports to its parent. */
  onReport: (line: string) => void;
}

/** How a child ended: its exit code or the signal that ended it; an error when it could not be started. */
export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  error?: Error;
}

/** A running child. */
export interface Child {
  /** Undefined when it could not be started; `exited` says why. */
  pid: number | undefined;
  /** Resolves once it has ended, the rest of its group with it, and its pipes are drained; never rejects. */
  exited: Promise<ChildExit>;
  /** Asks it to end in order. */
  terminate(): void;
  /** Asks it to read its settings anew (SIGHUP). */
  hangUp(): void;
  /** Ends its whole process group at once. */
  kill(): void;
}

// A grandchild that inherited the pipes must not keep its dead parent from being noticed.
const DRAIN_MS = 500;
/** A longer line comes in pieces: a daemon that never ends one must not fill the memory of whoever keeps it. */
const MOST_LINE_BYTES = 256 * 1024;

/**
 * Starts a child whose stdin is a pipe that only this process holds: its end, however this process ends,
 * tells the child to end too, so that it is never orphaned. A terminal's Ctrl-C does not reach its group.
 */
export function startChild(options: ChildOptions): Child {
  const { command, args, env, cwd } = options;
  const stdio: StdioOptions = ['pipe', 'pipe', 'pipe', 'pipe'];
  const child = spawned(command, args, { detached: true, stdio, env, cwd });
  if (child instanceof Error) return notStarted(child);
  const exited = exitOf(child);
  child.stdin?.on('error', () => undefined); // It may be gone before its pipe is.
  for (const [fd, stream] of pipesOf(child).entries()) {
    const onLine = fd === REPORT_FD ? options.onReport : options.onLine;
    if (stream instanceof Readable && fd !== 0) readLines(stream, MOST_LINE_BYTES, onLine);
  }
  endWithThisProcess(child);
  const kill = () => killGroup(child);
  const ask = (signal: NodeJS.Signals) => () => void child.kill(signal);
  return { pid: child.pid, exited, terminate: ask('SIGTERM'), hangUp: ask('SIGHUP'), kill };
}

const REPORT_FD = 3;

/** Where no descriptors are left there are no pipes either, whatever the types say; the child tells why next. */
export function pipesOf(
  child: Partial<Pick<ChildProcess, 'stdio'>>,
): readonly (Readable | Writable | null | undefined)[] {
  return child.stdio ?? [];
}

/** Node tells some errors by an event and throws the others; none may end whoever has other work too. */
export function spawned(command: string, args: readonly string[], options: SpawnOptions): ChildProcess | Error {
  try {
    return spawn(command, args, options);
  } catch (error) {
    return toError(error);
  }
}

function notStarted(error: Error): Child {
  const nothing = () => undefined;
  const exited = Promise.resolve({ code: null, signal: null, error });
  return { pid: undefined, exited, terminate: nothing, hangUp: nothing, kill: nothing };
}

/** Children that this process must not leave behind; one listener for all of them, since Node takes eleven for a leak. */
const living = new Set<ChildProcess>();
const killLiving = () => living.forEach(killGroup);

/** Who does not wait for an orderly end leaves nothing behind. */
function endWithThisProcess(child: ChildProcess): void {
  if (living.size === 0) process.once('exit', killLiving);
  living.add(child);
  const forget = () => {
    living.delete(child);
    if (living.size === 0) process.off('exit', killLiving);
  };
  child.once('exit', forget).once('error', forget);
}

function exitOf(child: ChildProcess): Promise<ChildExit> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, error }));
    child.once('exit', (code, signal) => {
      killGroup(child);
      const timer = setTimeout(() => resolve({ code, signal }), DRAIN_MS);
      child.once('close', () => {
        clearTimeout(timer);
        resolve({ code, signal });
      });
    });
  });
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    return; // Nobody of the group is left.
  }
}
