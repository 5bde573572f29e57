import { join } from 'node:path';
import type { FactsOf } from '../../signals/catalogue.js';
import type { DreamResult, ExperimentResult } from '../result.js';
import { resultPath } from '../results.js';
import { cycleFolder } from '../cycle-folder.js';

/** Facts of Q_DREAM_COMPLETE: the best of the cycle's winners, and why it failed where it did. */
export function completionFacts(result: DreamResult, dreamLab: string): FactsOf<'Q_DREAM_COMPLETE'> {
  const best = bestOf(result);
  return {
    cycle_id: result.cycle_id,
    mutations_generated: result.mutations_generated,
    tournament_winner: best?.winner?.id ?? null,
    fitness_improvement: best?.fitness_improvement ?? null,
    duration_seconds: result.duration_seconds,
    success: result.success,
    exit_code: result.success ? 0 : 1,
    generation: result.generations,
    run_tag: result.cycle_id,
    duration_s: result.duration_seconds,
    trigger_reason: result.trigger_reason,
    trigger_topic: result.topic,
    promotion_path: join(dreamLab, 'promotions', 'acknowledged'),
    telemetry_path: join(cycleFolder(dreamLab, result.cycle_id), 'evaluations.jsonl'),
    result_path: resultPath(dreamLab, result.cycle_id),
    error_type: result.failure?.error_type ?? null,
    error_message: result.failure?.error_message ?? null,
  };
}

/** The experiment whose winner improved most; without a winner, the one that came nearest. */
export function bestOf({ experiments }: DreamResult): ExperimentResult | undefined {
  const gain = ({ winner, fitness_improvement }: ExperimentResult) =>
    (winner === null ? -Infinity : 0) + (fitness_improvement ?? -Infinity);
  return [...experiments].sort((a, b) => gain(b) - gain(a))[0];
}
