import { describe, expect, it } from 'vitest';
import { compare, isGain } from '../../../src/lib/deployment/compare.js';
import type { RunOutcome } from '../../../src/lib/dream/evaluation.js';
import type { Candidate } from '../../../src/lib/dream/evaluator.js';
import { scaleOf } from '../../../src/lib/dream/search/fitness.js';
import { randomOf } from '../../../src/lib/dream/search/random.js';
import { BASELINE, learn, newSearch, propose, ranked, type SearchPlan } from '../../../src/lib/dream/search/search.js';
import { playMatch } from '../../../src/lib/dream/tournament/match.js';

const OBJECTIVES = [{ metric: 'ms', direction: 'down' as const, weight: 1 }];
const MEASURE = { directions: { ms: 'down' as const }, weights: { ms: 1 } };
const MOST_PAIRS = 5;
const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

type Run = (candidate: Candidate) => Promise<RunOutcome & { ok: true }>;

/** Whether what a search finds would be deployed: its champion against what is in use, and the confirmation. */
async function isDeployed(seed: number, msOf: (x: number) => number): Promise<boolean> {
  const noise = randomOf('noise', seed);
  const run: Run = async ({ params }) => {
    const ms = msOf(Number(params['x'])) * (1 + 0.1 * noise.gaussian());
    return { ok: true, metrics: { ms }, durationMs: 100 };
  };
  const [champion, inUse, scale] = await searched(seed, run);
  const title = await playMatch([champion, inUse], { objectives: OBJECTIVES, scale, maxPairs: MOST_PAIRS, run });
  if (title.winner !== champion.id || title.decided_by !== 'significance') return false;
  const found = await compare({ before: inUse, after: champion }, { measure: MEASURE, maxPairs: MOST_PAIRS, run });
  return found.ok && isGain(found);
}

async function searched(seed: number, run: Run) {
  const plan: SearchPlan = {
    space: { x: { type: 'float', min: 0, max: 1, scale: 'linear' } },
    objectives: OBJECTIVES,
    mutation: { sigma: 0.15, swap: 0.25 },
    selector: { population: 10, tournament_size: 3, survivors: 5, elitism: 2, fresh_inject: 1 },
    budget: { max_candidates: 40, max_generations: 4, patience: 4 },
    seed: String(seed),
    baseline: { x: 0.5 },
    idOffset: 0,
  };
  let search = newSearch(plan);
  for (let proposals = propose(plan, search); proposals.length > 0; proposals = propose(plan, search)) {
    const judge = async (proposal: (typeof proposals)[number]) => {
      const evaluation = { ...(await run(proposal)), spread: {}, runs: 1 };
      return { proposal, evaluation };
    };
    search = learn(plan, search, await Promise.all(proposals.map(judge)));
  }
  const all = ranked(plan, search.judged);
  const champion = all.find(({ id }) => id !== BASELINE);
  expect(champion).toBeDefined();
  const scale = scaleOf(
    all.map(({ metrics }) => metrics),
    OBJECTIVES,
  );
  return [champion!, { id: BASELINE, params: plan.baseline }, scale] as const;
}

describe('an evaluator with a tenth of noise', () => {
  it('whose candidates are all equal deploys none of them, in 20 of 20 searches', async () => {
    for (const seed of SEEDS) expect(await isDeployed(seed, () => 100)).toBe(false);
  });

  it('with a candidate that takes half of the time deploys it, in 20 of 20 searches', async () => {
    for (const seed of SEEDS) expect(await isDeployed(seed, (x) => 40 + 120 * Math.abs(x - 0.9))).toBe(true);
  });
});
