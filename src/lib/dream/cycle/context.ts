import type { Clock } from '../../base/clock.js';
import type { Experiments } from '../experiment-file.js';
import type { GenerationSummary } from '../result.js';
import type { Progress } from './progress.js';

/** What is happening, for who watches. */
export interface CycleWatch {
  /** At the beginning of a generation, and after each of its candidates. */
  progress?: (progress: Progress) => void;
  learned?: (experiment: string, summary: GenerationSummary) => void;
}

/** Where a cycle runs and what it is given. */
export interface CycleContext {
  dreamLab: string;
  deployRoot: string;
  /** The experiments as they were when the cycle began. */
  experiments: Experiments;
  clock: Clock;
  /** Aborted when everything must end. */
  abort: AbortSignal;
  watch?: CycleWatch;
}
