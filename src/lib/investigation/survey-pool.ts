import { openWorkerPool } from '../base/worker-pool.js';
import type { Survey, SurveyRequest } from './survey.js';

/** Surveys modules in worker threads. */
export interface SurveyPool {
  /** Rejects with an AbortError, and ends the thread, when `abort` fires. */
  survey(request: SurveyRequest, abort: AbortSignal): Promise<Survey>;
  close(): Promise<void>;
}

const MEMORY_MB = 512;
// What 100,000 nested tokens need in the native parser (script-source.ts); the pages are only taken when used.
const STACK_MB = 256;

/** Opens the pool. One thread is kept warm: loading the parsers costs more than most surveys. */
export function openSurveyPool(maxThreads: number): SurveyPool {
  const pool = openWorkerPool(import.meta.url, './survey-worker', {
    maxThreads,
    memoryMb: MEMORY_MB,
    stackMb: STACK_MB,
    minThreads: 1,
  });
  return {
    survey: (request, abort) => pool.run(request, { signal: abort }) as Promise<Survey>,
    close: () => pool.destroy(),
  };
}
