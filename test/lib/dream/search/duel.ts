import type { Metrics } from '../../../../src/lib/dream/evaluation.js';
import { parameterSchema, type Params } from '../../../../src/lib/dream/parameter.js';
import { anywhere } from '../../../../src/lib/dream/search/breed.js';
import { decode, type Space } from '../../../../src/lib/dream/search/genome.js';
import { randomOf, type Random } from '../../../../src/lib/dream/search/random.js';
import { learn, newSearch, propose, ranked, type SearchPlan } from '../../../../src/lib/dream/search/search.js';

/** A number between these. */
export const float = (min: number, max: number) => parameterSchema.parse({ type: 'float', min, max });
/** Parameters of these names, all alike. */
export const spaceOf = (names: readonly string[], parameter: ReturnType<typeof float>): Space =>
  Object.fromEntries(names.map((name) => [name, parameter]));

/** A small search for the least `y`, with these parts changed. */
export function planOf(space: Space, parts: Partial<SearchPlan> = {}): SearchPlan {
  return {
    space,
    objectives: [{ metric: 'y', direction: 'down', weight: 1 }],
    mutation: { sigma: 0.15, swap: 0.25 },
    selector: { population: 10, tournament_size: 3, survivors: 5, elitism: 2, fresh_inject: 1 },
    budget: { max_candidates: 60, max_generations: 1_000, patience: 1_000 },
    seed: 'test',
    baseline: decode(space, anywhere(Object.keys(space).length, randomOf('baseline'))),
    idOffset: 0,
    ...parts,
  };
}

/** Searches to the end; a measure that answers nothing is a failed candidate. */
export function search(plan: SearchPlan, measure: (params: Params) => Metrics | undefined) {
  let state = newSearch(plan);
  for (let proposals = propose(plan, state); proposals.length > 0; proposals = propose(plan, state)) {
    const judged = proposals.map((proposal) => {
      const metrics = measure(proposal.params);
      const common = { runs: 1, durationMs: 1 };
      if (metrics !== undefined) return { proposal, evaluation: { ...common, ok: true as const, metrics, spread: {} } };
      const failure = { error_type: 'EvaluatorCrashed' as const, error_message: '', stderr: '' };
      return { proposal, evaluation: { ...common, ok: false as const, failure } };
    });
    state = learn(plan, state, judged);
  }
  return state;
}

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const numbers = (params: Params) => NAMES.map((name) => Number(params[name]));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const sphere = (params: Params) => sum(numbers(params).map((x) => (x - 1.3) ** 2));
const TARGET = 'abcdeabc';
const LETTERS = Array.from(TARGET, (_, index) => `letter${index}`);

/** Textbook functions, all to be made small. */
export const FUNCTIONS: Record<string, { space: Space; of: (params: Params) => number; noise?: number }> = {
  sphere: { space: spaceOf(NAMES, float(-5, 5)), of: sphere },
  Rosenbrock: {
    space: spaceOf(NAMES, float(-2, 2)),
    of: (params) => {
      const x = numbers(params);
      return sum(
        x.slice(1).map((next, index) => 100 * (next - (x[index] ?? 0) ** 2) ** 2 + (1 - (x[index] ?? 0)) ** 2),
      );
    },
  },
  Rastrigin: {
    space: spaceOf(NAMES, float(-5.12, 5.12)),
    of: (params) => sum(numbers(params).map((x) => 10 + (x - 0.7) ** 2 - 10 * Math.cos(2 * Math.PI * (x - 0.7)))),
  },
  categorical: {
    space: spaceOf(LETTERS, parameterSchema.parse(Array.from('abcde'))),
    of: (params) => LETTERS.filter((name, index) => params[name] !== TARGET[index]).length,
  },
  noisy: { space: spaceOf(NAMES, float(-5, 5)), of: sphere, noise: 1 },
};

/** What search and random search are given alike. */
export const EVALUATIONS = 300;
/** With which they are compared. */
export const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

/** The true value of what random search takes for the best. */
function bestAtRandom(space: Space, random: Random, measure: (params: Params) => number): Params {
  const tried = Array.from({ length: EVALUATIONS }, () => decode(space, anywhere(Object.keys(space).length, random)));
  const measured = tried.map((params) => ({ params, y: measure(params) }));
  return measured.reduce((best, one) => (one.y < best.y ? one : best)).params;
}

/** What the search and random search found of a function with as many evaluations: the true values, less is better. */
export function duel(name: string, seed: number): { search: number; atRandom: number; evaluations: number } {
  const { space, of, noise = 0 } = FUNCTIONS[name]!;
  const noises = randomOf('noise', name, seed);
  const measure = (params: Params) => of(params) + noise * noises.gaussian();
  const baseline = decode(space, anywhere(Object.keys(space).length, randomOf('b', seed)));
  const budget = { max_candidates: EVALUATIONS - 1, max_generations: 1_000, patience: 1_000 };
  const plan = planOf(space, { seed: `${seed}`, baseline, budget });
  const { judged } = search(plan, (params) => ({ y: measure(params) }));
  const atRandom = of(bestAtRandom(space, randomOf('random', name, seed), measure));
  return { search: of(ranked(plan, judged)[0]!.params), atRandom, evaluations: judged.length };
}
