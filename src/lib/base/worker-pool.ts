import { Piscina } from 'piscina';
import { LONGEST_MS } from './timers.js';

/** Limits of a pool of worker threads. */
export interface WorkerPoolOptions {
  maxThreads: number;
  /** Heap of one worker; one that exceeds it is ended and its task fails. */
  memoryMb: number;
  /** Stack of one worker, default 4; native parsers recurse, and beyond it the whole process dies. */
  stackMb?: number;
  /** Threads that are started at once and kept while idle, default 0. */
  minThreads?: number;
}

/** Worker threads, of which each runs one task at a time. */
export interface WorkerPool {
  /** Rejects with an AbortError, and ends the thread, when `signal` fires; with its reason where no thread can be started. */
  run(task: unknown, options?: { signal: AbortSignal }): Promise<unknown>;
  /** Ends all threads; what they run is rejected. */
  destroy(): Promise<void>;
}

/**
 * Worker threads for what may be long or hostile: an aborted task ends its thread, so that its slot is really free.
 * `file` is the worker's module without extension, beside the caller; from the sources it runs through tsx.
 *
 * After a thread failed to load, Piscina starts no other and leaves queued tasks unsettled. So a new pool replaces that
 * one: queued tasks fail with the reason, running ones finish, and the next task starts a new thread.
 */
export function openWorkerPool(callerUrl: string, file: string, options: WorkerPoolOptions): WorkerPool {
  const failures = new WeakMap<Piscina, Error>();
  const pools = new Set<Piscina>();
  let current: Piscina | undefined;
  const open = (): Piscina => {
    const pool = new Piscina(settingsOf(callerUrl, file, options));
    pools.add(pool);
    pool.on('error', (error: Error) => {
      if (failures.has(pool)) return;
      failures.set(pool, error);
      if (current === pool) current = undefined;
      void pool.close({ force: true }).then(() => pools.delete(pool));
    });
    return pool;
  };
  current = open();
  return {
    run: async (task, { signal } = { signal: NEVER }) => {
      const pool = (current ??= open());
      try {
        return (await pool.run(task, { signal })) as unknown;
      } catch (error) {
        throw signal.aborted ? error : (failures.get(pool) ?? error);
      }
    },
    destroy: async () => {
      await Promise.all([...pools].map((pool) => pool.destroy()));
    },
  };
}

const NEVER = new AbortController().signal;

function settingsOf(callerUrl: string, file: string, options: WorkerPoolOptions) {
  const fromSources = callerUrl.endsWith('.ts');
  return {
    filename: new URL(`${file}.${fromSources ? 'ts' : 'js'}`, callerUrl).href,
    minThreads: options.minThreads ?? 0,
    maxThreads: options.maxThreads,
    idleTimeout: 5_000,
    closeTimeout: LONGEST_MS, // Who runs a task limits its time.
    resourceLimits: { maxOldGenerationSizeMb: options.memoryMb, stackSizeMb: options.stackMb ?? 4 },
    // Piscina requires the module first, and Node aborts the process when a thread is ended within require() of an ES module.
    execArgv: ['--no-experimental-require-module', ...(fromSources ? ['--import', 'tsx'] : [])],
  };
}
