import { describe, expect, it } from 'vitest';
import type { RunOutcome } from '../../../../src/lib/dream/evaluation.js';
import { randomOf } from '../../../../src/lib/dream/search/random.js';
import { playMatch } from '../../../../src/lib/dream/tournament/match.js';

const FAILURE = { error_type: 'EvaluatorCrashed' as const, error_message: 'gone', stderr: '' };

/** Plays `a` against `b`; a score of null is a run that failed. */
async function play(scoreOf: (id: string, run: number) => number | null, msOf: (id: string) => number = () => 100) {
  const order: string[] = [];
  const runs = new Map<string, number>();
  const run = async ({ id }: { id: string }): Promise<RunOutcome> => {
    order.push(id);
    const count = (runs.get(id) ?? 0) + 1;
    runs.set(id, count);
    const score = scoreOf(id, count);
    const durationMs = msOf(id);
    return score === null ? { ok: false, failure: FAILURE, durationMs } : { ok: true, metrics: { score }, durationMs };
  };
  const candidates = [
    { id: 'a', params: {} },
    { id: 'b', params: {} },
  ] as const;
  const objectives = [{ metric: 'score', direction: 'up' as const, weight: 1 }];
  const report = await playMatch(candidates, { objectives, scale: { score: { min: 0, max: 1 } }, maxPairs: 5, run });
  return { ...report, order: order.join('') };
}

describe('a match', () => {
  it('is played A B A B, and decided after two pairs where both measure exactly', async () => {
    const match = await play((id) => (id === 'a' ? 0.4 : 0.5));
    expect(match).toMatchObject({ winner: 'b', decided_by: 'significance', order: 'abab', pairs: 2 });
  });

  it('is fair on a machine that gets slower all the time', async () => {
    let drift = 0;
    const match = await play((id) => {
      drift += 0.01;
      return (id === 'a' ? 0.9 : 0.5) - drift;
    });
    expect(match).toMatchObject({ winner: 'a', decided_by: 'significance' });
  });

  it('takes more pairs where the noise is larger than the difference, and then the better mean', async () => {
    const noise = [0.3, -0.2, 0.25, -0.3, 0.1];
    const match = await play((id, run) => 0.5 + (id === 'b' ? 0.01 + (noise[run - 1] ?? 0) : 0));
    expect(match).toMatchObject({ winner: 'b', decided_by: 'mean', pairs: 5 });
  });

  it('is decided wrongly between equals in few of many', async () => {
    const random = randomOf('equals');
    const matches = await Promise.all(Array.from({ length: 300 }, () => play(() => 0.5 + 0.1 * random.gaussian())));
    expect(matches.filter(({ decided_by }) => decided_by === 'significance').length).toBeLessThan(24);
  });

  it('that is tied goes to the faster one, else to the one that came in better', async () => {
    expect(
      await play(
        () => 0.5,
        (id) => (id === 'a' ? 100 : 80),
      ),
    ).toMatchObject({ winner: 'b', decided_by: 'speed', pairs: 2 });
    expect(await play(() => 0.5)).toMatchObject({ winner: 'a', decided_by: 'seed' });
  });

  it('is lost by who fails once, and by both where both do', async () => {
    expect(await play((id, run) => (id === 'a' && run === 2 ? null : 0.5))).toMatchObject({
      winner: 'b',
      decided_by: 'failure',
      a: { failure: 'EvaluatorCrashed: gone' },
    });
    expect(await play(() => null)).toMatchObject({ winner: null, decided_by: 'failure' });
  });
});
