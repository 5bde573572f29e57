import { join } from 'node:path';
import { stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import type { CurrentExperiment, CycleState } from '../../../../src/lib/dream/cycle/state.js';
import { verdictOf } from '../../../../src/lib/dream/cycle/verdict.js';
import { systemClock } from '../../../../src/lib/base/clock.js';
import { playMatch } from '../../../../src/lib/dream/tournament/match.js';
import { randomOf } from '../../../../src/lib/dream/search/random.js';
import { temporaryFolder } from '../../../helpers/temporary-folders.js';
import { experimentsOf, plainExperiment } from '../experiments.js';

const SCALE = { ms: { min: 50, max: 150 } };
const OBJECTIVES = [{ metric: 'ms', direction: 'down' as const, weight: 1 }];
const CHAMPION = { id: 'mutation_1', params: { x: 0.9 } };
const BASELINE = { id: 'baseline', params: { x: 0.5 } };

/** The verdict on a champion that takes `ms` where what is in use takes 100, on a machine that gets slower with every run. */
async function verdictOn(ms: number, slowerPerRun: number, noise = 0.002) {
  const random = randomOf('drift', ms);
  let runs = 0;
  const title = await playMatch([CHAMPION, BASELINE], {
    objectives: OBJECTIVES,
    scale: SCALE,
    maxPairs: 5,
    run: ({ id }) => {
      runs += 1;
      const own = id === CHAMPION.id ? ms : 100;
      const measured = own * (1 + slowerPerRun * runs) * (1 + noise * random.gaussian());
      return Promise.resolve({ ok: true, metrics: { ms: measured }, durationMs: 10 });
    },
  });
  const experiments = await experimentsOf(
    stringify({ experiments: [plainExperiment({ metrics: { target_direction: { ms: 'down' } } })] }),
  );
  const search = { generation: 1, sigma: 0.1, stale: 0, judged: [] };
  const current = { name: 'plain', phase: 'tournament', baseline: BASELINE.params, search, searchUntilMs: 0 };
  const dreamLab = join(temporaryFolder(), 'dream_lab');
  const record = {
    ...{ tournament_id: 't', cycle_id: 'c', experiment: 'plain', deadline: '', scale: SCALE, opened: {} },
    ...{ entrants: [CHAMPION], baseline: BASELINE, played: { title } },
  };
  const context = {
    dreamLab,
    deployRoot: dreamLab,
    experiments,
    clock: systemClock,
    abort: new AbortController().signal,
  };
  const state = { cycleId: 'c' } as CycleState; // Only its id is looked at.
  const ended = { ...current, endedBy: 'patience' } as CurrentExperiment;
  return verdictOf(state, ended, { record, context });
}

describe('the improvement against what is in use', () => {
  it('is what it is on a machine that gets slower by a percent with every run', async () => {
    const { winner, fitness_improvement, baseline } = await verdictOn(80, 0.01);
    expect(winner?.id).toBe(CHAMPION.id);
    expect(fitness_improvement).toBeGreaterThan(0.18);
    expect(fitness_improvement).toBeLessThan(0.23);
    // Both were slowed down, so that neither is what it would have been on a quiet machine.
    expect(baseline?.metrics['ms']).toBeGreaterThan(101);
  });

  it('is none where the champion has the better mean and no more, whatever the noise did', async () => {
    const verdicts = await Promise.all(Array.from({ length: 20 }, (_, seed) => verdictOn(100 + seed / 1_000, 0, 0.05)));
    expect(verdicts.map(({ winner }) => winner)).toEqual(verdicts.map(() => null));
    expect(verdicts.some(({ fitness_improvement }) => (fitness_improvement ?? 0) > 0)).toBe(true);
  });

  it('is none where the champion is no better, however the machine drifts', async () => {
    for (const drift of [0.01, -0.01]) expect((await verdictOn(102.5, drift)).winner).toBeNull();
  });
});
