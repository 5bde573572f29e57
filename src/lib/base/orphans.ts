import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTicksOf } from './process-identity.js';

/** Of prctl(2) and waitpid(2). */
const PR_SET_CHILD_SUBREAPER = 36;
const WNOHANG = 1;

/** One that is killed may have started others. */
const MOST_ROUNDS = 10;
const REAP_EVERY_MS = 10;
const REAP_TRIES = 50;

/** Reaps a child that has ended; 0 while it lives. */
type Reap = (pid: number) => number;
let adopting: Promise<Orphans> | undefined;

/**
 * Makes this process the parent of whatever below it loses its own: a process that left its group, its session and its
 * environment is still found so. Where the kernel or the C library does not do it, nobody is found.
 */
export function adoptOrphans(): Promise<Orphans> {
  return (adopting ??= adopt());
}

async function adopt(): Promise<Orphans> {
  try {
    const isOwn = trackOwnChildren();
    const { default: koffi } = await import('koffi');
    const libc = koffi.load(null);
    const prctl = libc.func('int prctl(int option, ulong a, ulong b, ulong c, ulong d)') as (...a: number[]) => number;
    const waitpid = libc.func('int waitpid(int pid, void *status, int options)') as (...a: unknown[]) => number;
    const isAdopting = prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) === 0;
    const isOrphan = (pid: number) => isAdopting && !isOwn(pid);
    return new Orphans(isOrphan, (pid) => waitpid(pid, null, WNOHANG));
  } catch {
    adopting = undefined; // Descriptors may have been spent; the next program tries it again.
    return new Orphans(
      () => false,
      () => -1,
    );
  }
}

/** Tells children that this process has started, by whatever library, from those that became its own. */
function trackOwnChildren(): (pid: number) => boolean {
  const before = new Set(childrenNow());
  const started = new Set<ChildProcess>();
  subscribe('child_process', (message) => {
    const { process: child } = message as { process: ChildProcess };
    started.add(child);
    child.once('exit', () => started.delete(child));
  });
  return (pid) => {
    for (const child of started) if (child.pid === undefined) started.delete(child); // It could not be started.
    return before.has(pid) || [...started].some((child) => child.pid === pid);
  };
}

/** Children of this process, whichever thread has them. */
function childrenNow(): number[] {
  const lists = readdirSync('/proc/self/task').map((task) => readText(`/proc/self/task/${task}/children`));
  return lists.flatMap((text) => text.split(' ').filter(Boolean).map(Number));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // The thread has ended meanwhile.
  }
}

/**
 * Processes that a program left behind. Several programs may run at once, and of an orphan nothing says whose it was: it
 * is ended once all those have ended that ran when it was started.
 */
export class Orphans {
  readonly #isOrphan: (pid: number) => boolean;
  readonly #reap: Reap;
  /** When each program that runs was started, in clock ticks. */
  readonly #running = new Map<object, number>();

  constructor(isOrphan: (pid: number) => boolean, reap: Reap) {
    this.#isOrphan = isOrphan;
    this.#reap = reap;
  }

  /** A program was started; resolves, when it is called, once nobody is left of those that are surely its own. */
  begin(pid: number | undefined): () => Promise<void> {
    const program = {};
    this.#running.set(program, ticksOf(pid));
    return async () => {
      this.#running.delete(program);
      await this.#endAll();
    };
  }

  async #endAll(): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      // Those that have ended are reaped, whosever they were.
      const living = childrenNow().filter((pid) => this.#isOrphan(pid) && this.#reap(pid) === 0);
      const left = living.filter((pid) => this.#isNobodys(pid));
      if (left.length === 0) return;
      await Promise.all(left.map((pid) => this.#end(pid)));
    }
  }

  #isNobodys(pid: number): boolean {
    const ticks = ticksOf(pid);
    return [...this.#running.values()].every((begun) => ticks < begun);
  }

  async #end(pid: number): Promise<void> {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended in this moment.
    }
    for (let tries = 0; tries < REAP_TRIES && this.#reap(pid) === 0; tries += 1) await sleep(REAP_EVERY_MS);
  }
}

function ticksOf(pid: number | undefined): number {
  return pid === undefined ? 0 : Number(startTicksOf(pid) ?? 0);
}
