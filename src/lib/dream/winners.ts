import type { Metrics } from './evaluation.js';
import type { Params } from './parameter.js';
import type { DreamResult } from './result.js';

/** The newest winner of an experiment; `best` is what existing readers look for (formats.md §7). */
export interface WinnerRow {
  experiment: string;
  cycle_id: string;
  winner_id: string;
  updated_at: string;
  fitness_improvement: number | null;
  best: { fitness: number; params: Params; metrics: Metrics };
}

/** The newest winner of each experiment; results come newest first. */
export function winnersOf(results: readonly DreamResult[]): WinnerRow[] {
  const rows = new Map<string, WinnerRow>();
  for (const { cycle_id, ended_at: updated_at, success, experiments } of results) {
    if (!success) continue;
    for (const { experiment, winner, fitness_improvement } of experiments) {
      if (winner === null || rows.has(experiment)) continue;
      const { id: winner_id, fitness, params, metrics } = winner;
      const best = { fitness, params, metrics };
      rows.set(experiment, { experiment, cycle_id, winner_id, updated_at, fitness_improvement, best });
    }
  }
  return [...rows.values()];
}
