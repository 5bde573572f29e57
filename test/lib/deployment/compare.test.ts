import { describe, expect, it } from 'vitest';
import { compare, figuresOf, isGain, whyNoGain, type Compared } from '../../../src/lib/deployment/compare.js';
import type { RunOutcome } from '../../../src/lib/dream/evaluation.js';
import { randomOf } from '../../../src/lib/dream/search/random.js';

const measure = { directions: { ms: 'down' as const }, weights: { ms: 1 } };
const SEEDS = Array.from({ length: 20 }, (_, seed) => seed + 1);

/** Compares by what each run of a side measures; a run of null fails. */
async function compared(msOf: (id: string, run: number) => number | null) {
  const order: string[] = [];
  const run = async ({ id }: { id: string }): Promise<RunOutcome> => {
    order.push(id === 'before' ? 'A' : 'B');
    const ms = msOf(id, order.length);
    const failure = { error_type: 'EvaluatorCrashed' as const, error_message: 'gone', stderr: '' };
    return ms === null ? { ok: false, failure, durationMs: 1 } : { ok: true, metrics: { ms }, durationMs: 1 };
  };
  const sides = { before: { id: 'before', params: {} }, after: { id: 'after', params: {} } };
  return { found: await compare(sides, { measure, maxPairs: 5, run }), order: order.join('') };
}

const noisy = async (seed: number, { ms, noise }: { ms: number; noise: number }) => {
  const random = randomOf('compare', seed);
  const own = (id: string) => (id === 'before' ? 100 : ms) * (1 + noise * random.gaussian());
  const { found } = await compared(own);
  expect(found.ok).toBe(true);
  return found as Compared;
};

describe('what was in use and what takes its place', () => {
  it('are measured in turns, and two pairs are enough where both measure exactly', async () => {
    const { found, order } = await compared((id) => (id === 'before' ? 100 : 90));
    expect(order).toBe('ABAB');
    expect(found).toMatchObject({
      ok: true,
      standing: 'decided',
      mean: 0.1,
      metrics: { ms: 90 },
      baseline: { ms: 100 },
    });
    expect(figuresOf(found as Compared)).toBe('+10 % ± 0 % in 2 pairs of runs');
  });

  it('are alike after two pairs where nothing differs, and that is no gain', async () => {
    const { found } = await compared(() => 100);
    expect(found).toMatchObject({ standing: 'tied', pairs: 2 });
    expect(isGain(found as Compared)).toBe(false);
  });

  it('are told apart on a machine that gets slower with every run', async () => {
    const { found } = await compared((id, run) => (id === 'before' ? 100 : 80) * (1 + 0.01 * run));
    expect(isGain(found as Compared)).toBe(true);
  });

  it('that only the machine tells apart, which gets faster with every run, are no gain after any number of pairs', async () => {
    const random = randomOf('faster');
    const { found } = await compared((_, run) => 100 * (1 - 0.01 * run) * (1 + 0.02 * random.gaussian()));
    expect(isGain(found as Compared)).toBe(false);
  });

  it('of which one fails once are not compared, and it is said which', async () => {
    expect((await compared((id, run) => (id === 'after' && run > 2 ? null : 1))).found).toMatchObject({
      side: 'after',
    });
    expect((await compared((id) => (id === 'before' ? null : 1))).found).toMatchObject({ ok: false, side: 'before' });
  });
});

describe('noise', () => {
  it('says with its figures why it is no gain', async () => {
    const { found } = await compared((id, run) => (id === 'before' ? 100 : 95 + 8 * (run % 4 === 0 ? 1 : -1)));
    expect(whyNoGain(found as Compared)).toBe(
      'measured anew in turns it is +6.6 % ± 8.8 % in 5 pairs of runs against what is in use, which may be noise: t is 1.7, and a gain needs more than 4.6',
    );
  });

  it('of a tenth hides no gain of a half, whatever the seed', async () => {
    for (const seed of SEEDS) expect(isGain(await noisy(seed, { ms: 50, noise: 0.1 }))).toBe(true);
  });

  it('makes a gain of equals in few of many', async () => {
    const many = Array.from({ length: 400 }, (_, seed) => noisy(seed, { ms: 100, noise: 0.1 }));
    expect((await Promise.all(many)).filter(isGain).length).toBeLessThan(16);
  });
});
