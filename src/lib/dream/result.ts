import { z } from 'zod';

const params = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const metrics = z.record(z.string(), z.number());

const failure = z.object({ error_type: z.string(), error_message: z.string() });

const paretoPoint = z.object({ id: z.string(), params, metrics, fitness: z.number() });

const generation = z.object({
  generation: z.number(),
  evaluated: z.number(),
  failed: z.number(),
  /** On the scale of the whole experiment; null where every candidate of the generation failed. */
  best: z.number().nullable(),
  mean: z.number().nullable(),
  worst: z.number().nullable(),
  best_id: z.string().nullable(),
});

const objective = z.object({ metric: z.string(), direction: z.enum(['up', 'down']), weight: z.number() });

const effect = z.object({
  parameter: z.string(),
  /** Share of the variance of the ranks by fitness that its values explain: 0 for none, 1 for all of it. */
  share: z.number(),
  /** Median fitness of its best values less that of its worst. */
  swing: z.number(),
  groups: z.array(z.object({ label: z.string(), count: z.number(), fitness: z.number() })),
});

const failureGroup = z.object({
  error_type: z.string(),
  count: z.number(),
  /** The first of them. */
  candidate: z.string(),
  error_message: z.string(),
  /** The end of what it wrote to stderr. */
  stderr: z.string(),
});

const winner = z.object({
  id: z.string(),
  params,
  /** Measured head to head against what is in use. */
  metrics,
  fitness: z.number(),
  /** Sample standard deviation of each metric. */
  spread: metrics,
  /** Files below `artifacts/<id>/` of the cycle's folder. */
  artifacts: z.array(z.string()),
});

const experiment = z.object({
  experiment: z.string(),
  success: z.boolean(),
  failure: failure.nullable(),
  /** Null where nothing was better than what is in use. */
  winner: winner.nullable(),
  /** What is in use, measured in the same run; null where it could not be measured. */
  baseline: z.object({ params: params.nullable(), metrics, fitness: z.number() }).nullable(),
  /** Weighted mean relative change of the metrics against the baseline, positive is better: 0.12 is 12 %. */
  fitness_improvement: z.number().nullable(),
  /** Why the search ended: `patience`, `max_candidates`, … */
  ended_by: z.string(),
  /** Candidates of the search that failed, by how they failed, the most first. */
  failures: z.array(failureGroup).default([]),
  /** What an operator should look at. */
  alarms: z.array(z.string()),
  /** What was weighed; results of earlier versions have none. */
  objectives: z.array(objective).default([]),
  pareto: z.array(paretoPoint),
  /** What each parameter did to the fitness, the strongest first. */
  effects: z.array(effect).default([]),
  history: z.array(generation),
});

/** `dream_lab/<cycle_id>/result.json`: everything that a cycle found, written before Q_DREAM_COMPLETE is said. */
export const dreamResultSchema = z.object({
  cycle_id: z.string(),
  /** Signal that asked for it; null for a run in the foreground. */
  trigger_id: z.string().nullable(),
  topic: z.string().nullable(),
  trigger_reason: z.string(),
  /** Promotion files that led to it. */
  promotions: z.array(z.string()).default([]),
  seed: z.number(),
  started_at: z.string(),
  ended_at: z.string(),
  duration_seconds: z.number(),
  success: z.boolean(),
  failure: failure.nullable(),
  generations: z.number(),
  mutations_generated: z.number(),
  experiments: z.array(experiment),
});

/** Everything that a cycle found. */
export type DreamResult = z.output<typeof dreamResultSchema>;

/** What became of one experiment of a cycle. */
export type ExperimentResult = z.output<typeof experiment>;

/** Candidates that failed alike. */
export type FailureGroup = z.output<typeof failureGroup>;

/** One generation of a search. */
export type GenerationSummary = z.output<typeof generation>;

/** Why a cycle or an experiment ended without its work done. */
export type DreamFailure = z.output<typeof failure>;

/** Why an experiment failed, where its cycle does not say the same: one that was interrupted ends both with one reason. */
export function failureBeside(
  cycle: DreamFailure | null,
  { experiment: name, failure: own }: ExperimentResult,
): DreamFailure | null {
  if (own === null || cycle?.error_type !== own.error_type) return own;
  return [own.error_message, `${name}: ${own.error_message}`].includes(cycle.error_message) ? null : own;
}
