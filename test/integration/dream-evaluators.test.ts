import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { dreamConsumer } from '../../src/daemons/dream-consumer.js';
import { tournamentConsumer } from '../../src/daemons/tournament-consumer.js';
import { winnerDeployer } from '../../src/daemons/winner-deployer.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import { deployedExperiments } from '../../src/lib/deployment/layout.js';
import type { DreamResult } from '../../src/lib/dream/result.js';
import type { Signal } from '../../src/lib/signals/envelope.js';
import { isIdle } from '../helpers/chains.js';
import { until } from '../helpers/colony.js';
import { APP, DREAMING, writeDreamHome } from '../helpers/dream-home.js';
import { startColony, type TestColony } from '../helpers/run.js';
import { signalOf } from '../helpers/signals.js';

/** A cycle is dozens of processes, and the machine may be slow. */
const PATIENCE_MS = 240_000;

/** What an evaluator does to every candidate but what is in use; each leaves a child that left its process group. */
const BAD = {
  crash: ['echo Traceback >&2; exit 3', 'EvaluatorCrashed'],
  hang: ['sleep 3600', 'EvaluatorTimedOut'],
  forks: ['for i in 1 2 3 4; do sleep 3600 & echo $! >> "$PIDS"; done; exit 1', 'EvaluatorCrashed'],
  garbage: ['echo "score: 5"', 'OutputUnreadable'],
  nan: [`echo '{"score": NaN}'`, 'MetricNotFinite'],
  flood: ['yes flood | head -c 100000000', 'OutputTooLarge'],
  missing: ['exec no-such-program', 'EvaluatorMissing'],
} as const;

let colony: TestColony;
let bad: DreamResult;

const experimentOf = (name: string, misbehaves: string) => ({
  ...{ ...APP, name, topics: ['mixed'], artifacts: [], param_mapping: {} },
  evaluator: {
    command: [
      'sh',
      '-c',
      `[ $KLOROS_PARAM_LEVEL = 1 ] && { echo '{"score": 1}'; exit; }
       setsid sleep 3600 >/dev/null 2>&1 & echo $! >> "$PIDS"; echo $$ >> "$PIDS"; ${misbehaves}`,
    ],
    ...{ env: { PIDS: join(colony.config.home, `${name}.pids`) }, timeoutSec: name === 'hang' ? 1 : 60 },
  },
  budget: { max_candidates: 2, max_generations: 1 },
  selector: { population: 2, bracket: 2, match_pairs: 2 },
});

const said = async (...signals: string[]) => (await colony.bus.browse({ signals })).map(({ signal }) => signal);
const resultOf = ({ facts }: Signal) => JSON.parse(readFileSync(String(facts['result_path']), 'utf8')) as DreamResult;

/** Asks for a cycle and answers what became of it, once nobody has anything to do. */
async function cycleAbout(topic: string): Promise<Signal> {
  const trigger = signalOf('Q_DREAM_TRIGGER', { reason: 'test', topic, promotion_count: 0 });
  await colony.bus.emit([trigger]);
  const answers = async () => (await said('Q_DREAM_COMPLETE')).filter(({ trace }) => trace === trigger.id);
  const isDone = async () => (await answers()).length > 0 && (await isIdle(colony.bus));
  await until(`the cycle about ${topic} is over`, isDone, PATIENCE_MS);
  return (await answers())[0]!;
}

const isGone = (pid: string) => {
  const path = `/proc/${pid}/stat`;
  return !existsSync(path) || readFileSync(path, 'utf8').includes(') Z');
};

describe('evaluators that misbehave, beside one that does not', () => {
  beforeAll(async () => {
    colony = await startColony(DREAMING);
    writeDreamHome(colony.config);
    const badOnes = Object.entries(BAD).map(([name, [misbehaves]]) => experimentOf(name, misbehaves));
    const absent = { ...APP, name: 'absent', evaluator: { command: ['no-such-program'] } };
    const good = { ...APP, topics: ['mixed'] };
    const run = { scheduling: { max_parallel: 2 } };
    writeFileSync(pathsOf(colony.config).dream, stringify({ run, experiments: [...badOnes, good, absent] }));
    for (const daemon of [winnerDeployer, tournamentConsumer, dreamConsumer]) await colony.start(daemon);
    bad = resultOf(await cycleAbout('mixed'));
  }, 300_000);
  afterAll(() => colony.end());

  it.each(Object.entries(BAD))('%s is named in the report, with its count and what it said', (name, [, error_type]) => {
    const found = bad.experiments.find(({ experiment }) => experiment === name);
    expect(found).toMatchObject({
      ...{ success: false, winner: null, baseline: { metrics: { score: 1 } } },
      failure: { error_type: 'AllCandidatesFailed', error_message: expect.stringContaining(error_type) as string },
      failures: [{ error_type, count: 2, stderr: name === 'crash' ? 'Traceback\n' : (expect.any(String) as string) }],
    });
  });

  it.each(Object.keys(BAD))('%s leaves no child behind, also none that left its process group', (name) => {
    const pids = readFileSync(join(colony.config.home, `${name}.pids`), 'utf8')
      .trim()
      .split('\n');
    expect(pids.length).toBeGreaterThanOrEqual(4);
    expect(pids.filter((pid) => !isGone(pid))).toEqual([]);
  });

  it('are never deployed; the one that is well is', async () => {
    expect(await deployedExperiments(colony.config.deployRoot)).toEqual(['app']);
    expect((await said('Q_WINNER_DEPLOYED')).map(({ facts }) => facts['experiment'])).toEqual(['app']);
    expect(await said('Q_DEPLOYMENT_FAILED')).toEqual([]);
  });

  it('of which the program does not exist are told of before anything runs', async () => {
    const { facts } = await cycleAbout('absent');
    expect(facts).toMatchObject({
      ...{ success: false, tournament_winner: null, mutations_generated: 0, error_type: 'EvaluatorMissing' },
      error_message: expect.stringContaining('no-such-program is not on the PATH') as string,
    });
    expect(await deployedExperiments(colony.config.deployRoot)).toEqual(['app']);
  });
});
