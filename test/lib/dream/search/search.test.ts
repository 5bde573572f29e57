import { describe, expect, it } from 'vitest';
import { parameterSchema, type Params } from '../../../../src/lib/dream/parameter.js';
import { keyOf, type Space } from '../../../../src/lib/dream/search/genome.js';
import { endOf, learn, newSearch, propose, ranked, type SearchPlan } from '../../../../src/lib/dream/search/search.js';
import { duel, EVALUATIONS, float, FUNCTIONS, planOf, search, SEEDS, spaceOf } from './duel.js';

describe(`at ${EVALUATIONS} evaluations each`, () => {
  it.each(Object.keys(FUNCTIONS))('it beats random search on the %s function in at least 19 of 20 seeds', (name) => {
    const duels = SEEDS.map((seed) => duel(name, seed));
    expect(duels.every(({ evaluations }) => evaluations === EVALUATIONS)).toBe(true);
    expect(duels.filter(({ search: found, atRandom }) => found < atRandom).length).toBeGreaterThanOrEqual(19);
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
