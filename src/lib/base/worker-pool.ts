import { Piscina } from 'piscina';

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

/**
 * Worker threads for what may be long or hostile: an aborted task ends its thread, so that its slot is really free.
 * `file` is the worker's module without extension, beside the caller; from the sources it runs through tsx.
 */
export function openWorkerPool(callerUrl: string, file: string, options: WorkerPoolOptions): Piscina {
  const fromSources = callerUrl.endsWith('.ts');
  return new Piscina({
    filename: new URL(`${file}.${fromSources ? 'ts' : 'js'}`, callerUrl).href,
    minThreads: options.minThreads ?? 0,
    maxThreads: options.maxThreads,
    idleTimeout: 5_000,
    resourceLimits: { maxOldGenerationSizeMb: options.memoryMb, stackSizeMb: options.stackMb ?? 4 },
    ...(fromSources ? { execArgv: ['--import', 'tsx'] } : {}),
  });
}
