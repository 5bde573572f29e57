import { join } from 'node:path';
import type { Clock } from '../../base/clock.js';
import type { Experiments } from '../experiment-file.js';
import type { Evaluation } from '../evaluation.js';
import type { Candidate } from '../evaluator.js';
import type { GenerationSummary } from '../result.js';

/** What is happening, for who watches. */
export interface CycleWatch {
  generation?: (experiment: string, generation: number, candidates: number) => void;
  judged?: (candidate: Candidate, evaluation: Evaluation) => void;
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

/** The folder of a cycle. */
export function cycleFolder(dreamLab: string, cycleId: string): string {
  return join(dreamLab, cycleId);
}
