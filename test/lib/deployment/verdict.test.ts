import { describe, expect, it } from 'vitest';
import { changeText, meanChange, verdictOf } from '../../../src/lib/deployment/verdict.js';
import { shell, shop } from './shop.js';

const both = { directions: { score: 'up', ms: 'down' } as const, weights: {} };

describe('the mean change of the metrics', () => {
  it('counts a metric that shall go down the other way round', () => {
    expect(meanChange(both, { score: 110, ms: 90 }, { score: 100, ms: 100 })).toBeCloseTo(0.1);
    expect(meanChange(both, { score: 110, ms: 110 }, { score: 100, ms: 100 })).toBeCloseTo(0);
  });

  it('is weighted, and measured against what is there, not against a number that somebody wrote down', () => {
    const weighted = { ...both, weights: { score: 3, ms: 1 } };
    expect(meanChange(weighted, { score: 120, ms: 120 }, { score: 100, ms: 100 })).toBeCloseTo(0.1);
    expect(meanChange(both, { score: 11, ms: 1_000 }, { score: 10, ms: 1_000 })).toBeCloseTo(0.05);
  });

  it('that cannot be computed is worse', () => {
    expect(verdictOf(meanChange(both, { score: 1 }, { score: 1, ms: 1 }))).toBe('worse');
  });
});

describe('what a change means', () => {
  it.each([
    [0.5, 'better'],
    [0.02, 'better'],
    [0.0199, 'as-good'],
    [0, 'as-good'],
    [-0.05, 'as-good'],
    [-0.0501, 'worse'],
    [-1, 'worse'],
  ])('%d is %s', (change, verdict) => {
    expect(verdictOf(change)).toBe(verdict);
  });

  it('is written with its sign', () => {
    expect([0.1234, 0, -0.05].map(changeText)).toEqual(['+12.3 %', '+0 %', '-5 %']);
  });
});

/** What is in use measures 1000; the winner 1100, until it is in use itself. */
const measuring = (afterwards: number) =>
  shell(`
    [ $KLOROS_PARAM_LEVEL = 1 ] && { echo '{"score": 1000}'; exit; }
    [ -e deployed/app/current ] && echo '{"score": ${afterwards}}' || echo '{"score": 1100}'
  `);

describe('a winner that is in use', () => {
  it.each([
    [1_020, 'deployed', '+2 % after the deployment: kept, the new baseline'],
    [1_019, 'deployed', '+1.9 % after the deployment: kept'],
    [950, 'deployed', '-5 % after the deployment: kept'],
    [949, 'rolled_back', '-5.1 % ± 0 % in 2 pairs of runs against what was in use, which is worse than -5 %'],
  ])('and measures %i against 1000 is %s', async (score, stage, reason) => {
    const { deploy, winner, look } = await shop({ evaluator: measuring(score) });
    const before = look();
    const record = await deploy(winner('c1', 5));
    expect(record).toMatchObject({ stage, reason });
    expect(look().current).toBe(stage === 'deployed' ? 'versions/c1.w5' : before.current);
  });
});
