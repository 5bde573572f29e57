import { mean } from '../evaluation.js';
import type { ExperimentResult, GenerationSummary } from '../result.js';
import { paretoFront, type Objective } from '../search/fitness.js';
import { effectsOf, type ParameterEffect } from '../search/effects.js';
import { ranked, type SearchState } from '../search/search.js';

/** Every generation on the scale of the whole search. */
export function historyOf(search: SearchState, objectives: readonly Objective[]): GenerationSummary[] {
  const all = ranked({ objectives }, search.judged);
  return Array.from({ length: search.generation }, (_, generation) => {
    const evaluated = search.judged.filter((one) => one.generation === generation).length;
    const measured = all.filter((one) => one.generation === generation);
    const fitnesses = measured.map(({ fitness }) => fitness);
    return {
      generation,
      evaluated,
      failed: evaluated - measured.length,
      best: fitnesses[0] ?? null,
      mean: fitnesses.length === 0 ? null : mean(fitnesses),
      worst: fitnesses.at(-1) ?? null,
      best_id: measured[0]?.id ?? null,
    };
  });
}

/** Candidates that no other beats in everything. */
export function paretoOf(search: SearchState, objectives: readonly Objective[]): ExperimentResult['pareto'] {
  const all = ranked({ objectives }, search.judged);
  return paretoFront(all, objectives).map(({ id, params, metrics, fitness }) => ({ id, params, metrics, fitness }));
}

/** What each parameter did to the fitness; nothing can be said of it before two candidates were measured. */
export function parameterEffects(search: SearchState, objectives: readonly Objective[]): ParameterEffect[] {
  const all = ranked({ objectives }, search.judged);
  const parameters = new Set(all.flatMap(({ params }) => Object.keys(params)));
  return all.length < 2 ? [] : effectsOf([...parameters], all);
}
