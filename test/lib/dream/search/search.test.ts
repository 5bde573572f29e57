import { describe, expect, it } from 'vitest';
import type { Metrics } from '../../../../src/lib/dream/evaluation.js';
import { parameterSchema, type Params } from '../../../../src/lib/dream/parameter.js';
import { anywhere } from '../../../../src/lib/dream/search/breed.js';
import { decode, keyOf, type Space } from '../../../../src/lib/dream/search/genome.js';
import { randomOf, type Random } from '../../../../src/lib/dream/search/random.js';
import { endOf, learn, newSearch, propose, ranked, type SearchPlan } from '../../../../src/lib/dream/search/search.js';

const float = (min: number, max: number) => parameterSchema.parse({ type: 'float', min, max });
const spaceOf = (names: readonly string[], parameter: ReturnType<typeof float>): Space =>
  Object.fromEntries(names.map((name) => [name, parameter]));

function planOf(space: Space, parts: Partial<SearchPlan> = {}): SearchPlan {
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
function search(plan: SearchPlan, measure: (params: Params) => Metrics | undefined) {
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
const FUNCTIONS: Record<string, { space: Space; of: (params: Params) => number; noise?: number }> = {
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

const EVALUATIONS = 300;
const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

/** The true value of what random search takes for the best. */
function bestAtRandom(space: Space, random: Random, measure: (params: Params) => number): Params {
  const tried = Array.from({ length: EVALUATIONS }, () => decode(space, anywhere(Object.keys(space).length, random)));
  const measured = tried.map((params) => ({ params, y: measure(params) }));
  return measured.reduce((best, one) => (one.y < best.y ? one : best)).params;
}

describe('at 300 evaluations each', () => {
  it.each(Object.keys(FUNCTIONS))('it beats random search on the %s function in at least 19 of 20 seeds', (name) => {
    const { space, of, noise = 0 } = FUNCTIONS[name]!;
    const won = SEEDS.filter((seed) => {
      const noises = randomOf('noise', name, seed);
      const measure = (params: Params) => of(params) + noise * noises.gaussian();
      const baseline = decode(space, anywhere(Object.keys(space).length, randomOf('b', seed)));
      const budget = { max_candidates: EVALUATIONS - 1, max_generations: 1_000, patience: 1_000 };
      const plan = planOf(space, { seed: `${seed}`, baseline, budget });
      const { judged } = search(plan, (params) => ({ y: measure(params) }));
      expect(judged).toHaveLength(EVALUATIONS);
      return of(ranked(plan, judged)[0]!.params) < of(bestAtRandom(space, randomOf('random', name, seed), measure));
    });
    expect(won.length).toBeGreaterThanOrEqual(19);
  });
});

describe('a search', () => {
  const plain = planOf(spaceOf(['a', 'b'], float(0, 1)));
  const measureA = ({ a }: Params) => ({ y: Number(a) });

  it('makes the same candidates of the same seed, and others of another', () => {
    const candidates = (seed: string) => search({ ...plain, seed }, measureA).judged.map(({ params }) => params);
    expect(candidates('7')).toEqual(candidates('7'));
    expect(candidates('7')).not.toEqual(candidates('8'));
  });

  it('goes on from a state that was written down', () => {
    const first = learn(plain, newSearch(plain), []);
    const revived = JSON.parse(JSON.stringify(first)) as typeof first;
    expect(propose(plain, revived)).toEqual(propose(plain, first));
  });

  it('judges what is in use first, and covers the space evenly', () => {
    const [baseline, ...others] = propose(plain, newSearch(plain));
    expect(baseline).toMatchObject({ id: 'baseline', params: plain.baseline });
    const tenths = others.map(({ params }) => Math.floor(Number(params['a']) * 10)).sort();
    expect(tenths).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('never judges a candidate twice, and ends when nothing new is left', () => {
    const space: Space = {
      codec: parameterSchema.parse(['x', 'y']),
      level: parameterSchema.parse({ type: 'int', min: 1, max: 4, when: { codec: 'x' } }),
    };
    const plan = planOf(space, { baseline: { codec: 'y' } });
    const state = search(plan, ({ level = 9 }) => ({ y: Number(level) }));
    const keys = state.judged.map(({ params }) => keyOf(params));
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toHaveLength(5);
    expect(endOf(plan, learn(plan, state, []))).toBe('exhausted');
  });

  it('keeps to conditions and bounds', () => {
    const space: Space = {
      codec: parameterSchema.parse(['x', 'y']),
      level: parameterSchema.parse({ type: 'int', min: 1, max: 400, scale: 'log', when: { codec: 'x' } }),
      rate: parameterSchema.parse({ type: 'float', min: 0.001, max: 1, scale: 'log' }),
    };
    for (const { params } of search(planOf(space, { baseline: { codec: 'y', rate: 1 } }), ({ rate }) => ({
      y: Number(rate),
    })).judged) {
      expect('level' in params).toBe(params['codec'] === 'x');
      expect(params['rate']).toBeGreaterThanOrEqual(0.001);
      expect(params['rate']).toBeLessThanOrEqual(1);
    }
  });

  it('never takes a failed candidate for one with a fitness', () => {
    const { judged } = search(plain, ({ a }) => (Number(a) < 0.5 ? undefined : { y: Number(a) }));
    const best = ranked(plain, judged);
    expect(judged.some(({ metrics }) => metrics === null)).toBe(true);
    expect(best.every(({ params }) => Number(params['a']) >= 0.5)).toBe(true);
  });

  it('goes on when a whole generation fails', () => {
    expect(search(plain, () => undefined).judged.length).toBeGreaterThan(20);
  });

  it('says so when all candidates measure alike', () => {
    const state = search(plain, () => ({ y: 1 }));
    expect(endOf(plain, state)).toBe('identical_fitness');
    expect(state.generation).toBe(2);
  });

  it('ends by patience, generations or candidates, whichever is first', () => {
    const ended = (budget: SearchPlan['budget']) => {
      const plan = { ...plain, budget };
      return endOf(plan, search(plan, measureA));
    };
    expect(ended({ max_candidates: 12, max_generations: 99, patience: 99 })).toBe('max_candidates');
    expect(ended({ max_candidates: 999, max_generations: 3, patience: 99 })).toBe('max_generations');
    expect(ended({ max_candidates: 9_999, max_generations: 999, patience: 2 })).toBe('patience');
  });
});
