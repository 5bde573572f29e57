import type { ChildProcess } from 'node:child_process';
import { pipesOf, spawned } from './child-process.js';
import { cutUtf8Start } from './cut-text.js';
import { systemClock } from './clock.js';
import { endMarked, MARK } from './marked-processes.js';
import { adoptOrphans } from './orphans.js';
import { after } from './timers.js';
import { watchMemory } from './process-tree.js';

/** A foreign program that may hang, fork, print without end or take all memory. */
export interface GuardedOptions {
  command: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** What it reads on stdin. */
  input: string;
  timeoutMs: number;
  /** Resident memory of all its processes together. */
  memoryBytes: number;
  /** More on stdout ends it. */
  maxStdoutBytes: number;
  /** Stands in the environment of everything it starts, so that what left its process group is found too. */
  mark: string;
  abort: AbortSignal;
}

/** Why it is not running any more. */
export type GuardedEnd = 'exited' | 'timed-out' | 'out-of-memory' | 'too-much-output' | 'aborted' | 'not-started';

/** What it left behind. No process of it runs any more. */
export interface GuardedResult {
  end: GuardedEnd;
  /** Null where a signal ended it; 127 for a command that the shell cannot find. */
  exitCode: number | null;
  stdout: string;
  /** The last 16 KiB; why, of what was not started. */
  stderr: string;
  durationMs: number;
}

/**
 * The guard of a group: fd 3 is a pipe that only this process holds. However this process ends, the pipe ends with it,
 * and the guard takes the whole group along. The program itself gets its stdin, and fd 3 not at all.
 */
const GUARD = `exec 4<&0
"$@" <&4 3<&- 4<&- &
child=$!
exec 4<&-
(read -r _ <&3; kill -9 0) </dev/null >/dev/null 2>&1 &
guard=$!
exec 3<&-
wait $child
status=$?
kill -9 $guard
exit $status`;

const STDERR_KEPT_BYTES = 16_384;
/** Time for the pipes to run dry once everybody who held them has been ended. */
const DRAIN_MS = 500;

/** Runs it to its end or to the first limit that it breaks, and ends everything that it started. Never rejects. */
export async function runGuarded(options: GuardedOptions): Promise<GuardedResult> {
  const orphans = await adoptOrphans();
  const startMs = systemClock.monotonicMs();
  const child = start(options);
  if (child instanceof Error) return notStarted(child);
  const endOrphans = orphans.begin(child.pid);
  let end: GuardedEnd = 'exited';
  const stop = (why: GuardedEnd) => {
    if (end === 'exited') end = why;
    killGroup(child);
  };
  const stdout = collect(child.stdout, options.maxStdoutBytes, () => stop('too-much-output'));
  const stderr = keepTail(child.stderr, STDERR_KEPT_BYTES);
  const limits = holdLimits(options, child, stop);
  try {
    const exit = await exitOf(child);
    if (exit instanceof Error) return notStarted(exit);
    const durationMs = systemClock.monotonicMs() - startMs;
    return { end, exitCode: exit, stdout: stdout(), stderr: stderr(), durationMs };
  } finally {
    limits.release();
    killGroup(child);
    // Without descriptors nobody can look for them.
    await endMarked(options.mark).catch(() => undefined);
    await endOrphans().catch(() => undefined);
  }
}

function start({ command, args, cwd, env, input, mark }: GuardedOptions): ChildProcess | Error {
  const child = spawned('/bin/sh', ['-c', GUARD, 'sh', command, ...args], {
    detached: true,
    cwd,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env, [MARK]: mark },
  });
  if (child instanceof Error) return child;
  for (const pipe of pipesOf(child)) pipe?.on('error', () => undefined); // It need not read what it is told.
  child.stdin?.end(input);
  return child;
}

function notStarted({ message }: Error): GuardedResult {
  return { end: 'not-started', exitCode: null, stdout: '', stderr: message, durationMs: 0 };
}

function holdLimits(options: GuardedOptions, child: ChildProcess, stop: (why: GuardedEnd) => void) {
  const timer = after(options.timeoutMs, () => stop('timed-out'));
  const memory = watchMemory(child.pid, options.memoryBytes, () => stop('out-of-memory'));
  const abort = () => stop('aborted');
  if (options.abort.aborted) abort();
  options.abort.addEventListener('abort', abort, { once: true });
  const release = () => {
    timer.clear();
    memory.end();
    options.abort.removeEventListener('abort', abort);
  };
  return { release };
}

/** Resolves once the leader has ended, its group with it, and its pipes are drained; with an error where it never began. */
function exitOf(child: ChildProcess): Promise<number | null | Error> {
  return new Promise((resolve) => {
    child.once('error', resolve);
    child.once('exit', (code) => {
      killGroup(child);
      const timer = setTimeout(() => resolve(code), DRAIN_MS);
      child.once('close', () => {
        clearTimeout(timer);
        resolve(code);
      });
    });
  });
}

function collect(stream: ChildProcess['stdout'], maxBytes: number, tooMuch: () => void): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream?.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
    else tooMuch();
  });
  return () => Buffer.concat(chunks).toString('utf8');
}

function keepTail(stream: ChildProcess['stderr'], keptBytes: number): () => string {
  let tail: Buffer = Buffer.alloc(0);
  stream?.on('data', (chunk: Buffer) => {
    tail = cutUtf8Start(Buffer.concat([tail, chunk]), keptBytes);
  });
  return () => tail.toString('utf8');
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    return; // Nobody of the group is left.
  }
}
