import { z } from 'zod';
import { parameterSchema } from './parameter.js';
import { checkExperiment, checkNames, checkObjectives } from './experiment-check.js';

const seconds = z.number().positive();
const count = z.number().int().min(0);
const positive = z.number().int().positive();
const environment = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));

/** A command in any language, relative to `cwd`; that is relative to the folder of dream.yaml. */
const command = {
  command: z
    .array(z.string().min(1), { error: 'expected a list: the program and each of its arguments' })
    .min(1)
    .transform((words) => words as [string, ...string[]]),
  cwd: z.string().optional(),
  env: environment.default({}),
};

const evaluator = z.strictObject({
  ...command,
  timeoutSec: seconds.default(60),
  memoryMb: positive.default(1_024),
  repeats: positive.max(100).default(1),
});

const check = z.strictObject({ ...command, timeoutSec: seconds.default(60) });

/** Where a parameter goes when a winner is deployed: a key, or a key of a file. */
const target = z.union(
  [
    z.string().min(1),
    z.strictObject({
      file: z.string().min(1),
      key: z.string().min(1),
      format: z.enum(['env', 'yaml', 'json']).optional(),
    }),
  ],
  { error: 'expected KEY, or {file: …, key: …}' },
);

/** Zero leaves a metric out; the direction says what is better, so that the sign says nothing. */
const weights = z.record(z.string(), z.number());

const budget = z.strictObject({
  wallclock_sec: seconds.default(600),
  max_candidates: positive.default(64),
  max_generations: positive.default(12),
  /** Generations without a better candidate after which the search ends. */
  patience: positive.default(4),
});

/** How parents are chosen here, whatever a file says. */
export const SELECTOR = 'tournament';

const selector = z.strictObject({
  /** Existing files name others; all are searched alike. */
  kind: z.string().default(SELECTOR),
  population: positive.min(2).default(10),
  /** Individuals among which the best becomes a parent. */
  tournament_size: positive.default(3),
  /** Best individuals that may become parents. */
  survivors: positive.default(5),
  /** Best individuals that stay whatever comes. */
  elitism: count.default(2),
  /** New random candidates in each generation. */
  fresh_inject: count.default(1),
  /** Candidates that enter the final tournament. */
  bracket: positive.max(64).default(8),
  /** Runs of each side of a match at most. */
  match_pairs: positive.min(2).max(10).default(5),
});

const experiment = z
  .strictObject({
    name: z.string().regex(/^[a-zA-Z0-9][\w.-]*$/, 'must be letters, digits, `_`, `-` and `.`: it names a folder'),
    description: z.string().optional(),
    enabled: z.boolean().default(true),
    /** Topics of a trigger that mean this experiment, besides its name. */
    topics: z.array(z.string()).default([]),
    search_space: z.record(z.string().regex(/^[A-Za-z_]\w*$/, 'must be a name'), parameterSchema),
    /** What is in use before anything was deployed; default: the first value or least of each. */
    baseline: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
    evaluator,
    /** Files that the evaluator leaves in $KLOROS_WORK_DIR and that belong to the candidate. */
    artifacts: z.array(z.string().min(1)).default([]),
    /** Must succeed for a winner before it is deployed, and after. */
    check: check.optional(),
    post_check: check.optional(),
    budget: budget.prefault({}),
    metrics: z.strictObject({
      target_direction: z.record(z.string(), z.enum(['up', 'down', 'neutral'])),
      /** Metric to the dotted path of what the evaluator prints, where that is named otherwise; else to its role. */
      map: z.record(z.string(), z.string()).default({}),
      weights: weights.default({}),
    }),
    selector: selector.prefault({}),
    param_mapping: z.record(z.string(), target).default({}),
  })
  .superRefine(checkExperiment);

const mutator = z.discriminatedUnion('kind', [
  z.strictObject({ name: z.string(), kind: z.literal('numeric'), sigma: z.number().positive().max(1) }),
  z.strictObject({ name: z.string(), kind: z.literal('categorical'), p: z.number().min(0).max(1) }),
]);

/** The mutators of an installation that declares none. */
const MUTATORS: z.input<typeof mutator>[] = [
  { name: 'gaussian_nudge', kind: 'numeric', sigma: 0.15 },
  { name: 'categorical_swap', kind: 'categorical', p: 0.25 },
];

const run = z.strictObject({
  /** Repeats a run; absent: derived from the id of the cycle. */
  seed: z.number().int().min(0).optional(),
  /** Read and not followed: cycles lie in $KLOROS_HOME/dream_lab. */
  artifact_root: z.string().optional(),
  global_budget: z
    .strictObject({
      wallclock_sec: seconds.optional(),
      max_candidates: positive.optional(),
      max_generations: positive.optional(),
    })
    .prefault({}),
  scheduling: z.strictObject({ max_parallel: positive.max(256).default(1) }).prefault({}),
});

const file = z.strictObject({
  run: run.prefault({}),
  mutators: z.array(mutator).default(MUTATORS),
  fitness_aggregation: z
    .strictObject({
      method: z.literal('weighted_sum').default('weighted_sum'),
      /** By metric, or by the role that `map` gives it. */
      weights: weights.default({}),
    })
    .prefault({}),
  experiments: z.array(experiment).superRefine(checkNames),
});

/** dream.yaml (formats.md §7). */
export const dreamFileSchema = file.superRefine(checkObjectives);

/** Everything that dream.yaml says, complete and checked. */
export type DreamFile = z.output<typeof dreamFileSchema>;

/** One experiment: what is searched, how a candidate is judged, and where a winner goes. */
export type Experiment = DreamFile['experiments'][number];
