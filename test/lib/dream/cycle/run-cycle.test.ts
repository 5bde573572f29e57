import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/lib/base/clock.js';
import { readCandidates } from '../../../../src/lib/dream/candidates.js';
import { readResults } from '../../../../src/lib/dream/results.js';
import { progressUnderway, type Progress } from '../../../../src/lib/dream/cycle/progress.js';
import { runCycle, type ForegroundWatch } from '../../../../src/lib/dream/cycle/run-cycle.js';
import { until } from '../../../helpers/colony.js';
import { temporaryFolder } from '../../../helpers/temporary-folders.js';
import { experimentsOf } from '../experiments.js';

const EXPERIMENT = {
  name: 'plain',
  search_space: { x: { type: 'int', min: 1, max: 1_000 } },
  baseline: { x: 10 },
  evaluator: { command: ['sh', '-c', 'echo "{\\"score\\": $KLOROS_PARAM_X}"'] },
  metrics: { target_direction: { score: 'up' } },
  budget: { max_candidates: 6, max_generations: 3 },
  selector: { population: 3, bracket: 2, match_pairs: 3 },
};
const request = { cycleId: 'dream_1', triggerId: null, topic: null, reason: 'test', promotions: [] };

async function placeFor(parts: Record<string, unknown>, watch: ForegroundWatch, abort: AbortSignal) {
  const dreamLab = join(temporaryFolder(), 'dream_lab');
  const experiments = await experimentsOf(stringify({ run: { seed: 1 }, experiments: [{ ...EXPERIMENT, ...parts }] }));
  const dream = { timeLimitMs: 600_000, maxLoad: 100_000, minFreeMb: 0, matches: 1 };
  return { config: { dream }, dreamLab, experiments, clock: systemClock, deployRoot: dreamLab, abort, watch };
}

describe('a cycle whose candidates are all alike', () => {
  it('says so after a single generation, which is all that its budget allows', async () => {
    const parts = {
      evaluator: { command: ['echo', '{"score": 1}'] },
      budget: { max_candidates: 3, max_generations: 1 },
    };
    const place = await placeFor(parts, {}, new AbortController().signal);
    expect(await runCycle(request, place)).toMatchObject({
      success: false,
      experiments: [
        {
          ...{ failure: { error_type: 'IdenticalFitness' }, ended_by: 'max_candidates' },
          alarms: [expect.stringContaining('all 4 candidates')],
        },
      ],
    });
  });
});

describe('a cycle that is stopped', () => {
  it('has in its result what was judged until then, also of the generation that did not come to its end', async () => {
    const abort = new AbortController();
    const watch = {
      progress: ({ evaluated }: Progress) => {
        if (evaluated === 6) abort.abort(new Error('Ctrl-C'));
      },
    };
    const place = await placeFor({}, watch, abort.signal);
    const { failure, mutations_generated, experiments } = await runCycle(request, place);
    expect(failure).toMatchObject({ error_type: 'Interrupted' });
    expect(mutations_generated).toBe(5);
    expect(experiments).toMatchObject([
      {
        ...{ experiment: 'plain', success: false, failure, winner: null, ended_by: 'stopped' },
        ...{ baseline: { metrics: { score: 10 } }, history: [{ evaluated: 4 }, { evaluated: 2 }] },
      },
    ]);
    expect(experiments[0]?.pareto.length).toBeGreaterThan(0);
    expect((await readResults(place.dreamLab))[0]?.experiments).toEqual(experiments);
  });
});

describe('the same seed', () => {
  it('makes the same candidates with the same ids, and another seed makes others', async () => {
    const candidatesOf = async (seed: number) => {
      const place = await placeFor({}, {}, new AbortController().signal);
      place.experiments.run.seed = seed;
      const { cycle_id, seed: told } = await runCycle(request, place);
      expect(told).toBe(seed);
      return (await readCandidates(place.dreamLab, cycle_id)).map(({ id, params }) => ({ id, params }));
    };
    const first = await candidatesOf(7);
    expect(first).toHaveLength(7);
    expect(await candidatesOf(7)).toEqual(first);
    expect(await candidatesOf(8)).not.toEqual(first);
  });
});

describe('a cycle in the foreground', () => {
  it('tells where it is with every candidate and pair, and keeps it for who looks from outside', async () => {
    const seen: Progress[] = [];
    const pairs: number[] = [];
    const watch = {
      progress: (progress: Progress) => void seen.push(progress),
      pair: (_: string, __: unknown, { played }: { played: number }) => void pairs.push(played),
    };
    const place = await placeFor({}, watch, new AbortController().signal);
    const result = await runCycle(request, place);
    expect(result).toMatchObject({ success: true, mutations_generated: 6 });
    expect(seen[0]).toMatchObject({
      generation: 0,
      judged: 0,
      candidates: 4,
      evaluated: 0,
      best: null,
      baseline: null,
    });
    expect(seen.at(-1)).toMatchObject({ generation: 1, judged: 3, evaluated: 7, candidates_left: 0, failed: 0 });
    expect(seen.at(-1)?.best?.fitness).toBeGreaterThan(seen.at(-1)?.baseline ?? Infinity);
    expect(pairs).toContain(1);
    const kept = JSON.parse(readFileSync(join(place.dreamLab, 'dream_1', 'progress.json'), 'utf8')) as Progress;
    expect(kept).toEqual(seen.at(-1));
    // It has ended, so that nothing is underway.
    expect(await progressUnderway(place.dreamLab)).toBeUndefined();
  });

  it('that is stopped ends every evaluator with what that started, says so, and gives its lock back', async () => {
    const folder = temporaryFolder();
    const pids = join(folder, 'pids');
    const command = ['sh', '-c', `sleep 3600 & echo $$ $! >> ${pids}; wait`];
    const abort = new AbortController();
    const place = await placeFor({ evaluator: { command, timeoutSec: 3_600 } }, {}, abort.signal);
    const running = runCycle(request, place);
    await until('an evaluator runs', () =>
      Promise.resolve(existsSync(pids) && readFileSync(pids, 'utf8').includes('\n')),
    );
    expect(await progressUnderway(place.dreamLab)).toMatchObject({ experiment: 'plain', judged: 0 });
    abort.abort(new Error('Ctrl-C'));
    expect(await running).toMatchObject({ success: false, failure: { error_type: 'Interrupted' } });
    const started = readFileSync(pids, 'utf8').trim().split(/\s+/);
    const isGone = (pid: string) =>
      !existsSync(`/proc/${pid}`) || readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z');
    await until('all are gone', () => Promise.resolve(started.every(isGone)));
    expect(existsSync(join(place.dreamLab, 'running.json'))).toBe(false);
  });
});
