import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dreamConsumer } from '../../src/daemons/dream-consumer.js';
import { orchestratorMonitor } from '../../src/daemons/orchestrator-monitor.js';
import { policyEngine } from '../../src/daemons/policy-engine.js';
import { tournamentConsumer } from '../../src/daemons/tournament-consumer.js';
import { winnerDeployer } from '../../src/daemons/winner-deployer.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import { deployedExperiments } from '../../src/lib/deployment/layout.js';
import type { Signal } from '../../src/lib/signals/envelope.js';
import { kloros } from '../helpers/cli.js';
import { until } from '../helpers/colony.js';
import { APP, APP_FILES, DREAMING, lookAtApp, promote, writeDreamHome } from '../helpers/dream-home.js';
import { startColony, type TestColony } from '../helpers/run.js';

/** A flow is dozens of processes, and the machine may be slow. */
const PATIENCE_MS = 240_000;
const LIMIT_MS = 300_000;
const EXPERIMENT = {
  ...APP,
  search_space: { ...APP.search_space, env: { type: 'int', min: 1, max: 9 }, json: [1, 2, 3] },
  baseline: { level: 1, env: 1, json: 1 },
  param_mapping: {
    ...APP.param_mapping,
    env: { file: 'app.env', key: 'LEVEL' },
    json: { file: 'app.json', key: 'level' },
  },
};

let colony: TestColony;

/** A colony with everything that the second flow needs, and a promotion in it. */
async function dreamingColony(overrides: Record<string, unknown> = {}): Promise<void> {
  colony = await startColony({ ...DREAMING, ...overrides });
  writeDreamHome(colony.config, [EXPERIMENT]);
  for (const daemon of [winnerDeployer, tournamentConsumer, dreamConsumer, policyEngine, orchestratorMonitor])
    await colony.start(daemon);
  promote(colony.config, 'better.json');
}

const said = async (...signals: string[]) => (await colony.bus.browse({ signals })).map(({ signal }) => signal);

async function hear(...names: string[]): Promise<Signal> {
  await until(`${names.join(' or ')} is said`, async () => (await said(...names)).length > 0, PATIENCE_MS);
  return (await said(...names))[0]!;
}

const dream = (...args: string[]) => {
  const { home, portBase, autonomy } = colony.config;
  const env = { KLOROS_HOME: home, KLOROS_PORT_BASE: `${portBase}`, KLOROS_AUTONOMY: `${autonomy}` };
  return kloros(['dream', ...args], { env });
};
const json = async (...args: string[]) =>
  JSON.parse((await dream(...args, '--json')).stdout) as { status: number; result?: unknown; error?: unknown };

describe('a promotion that is dropped into its folder', () => {
  let deployed: Signal;
  beforeAll(async () => {
    await dreamingColony();
    deployed = await hear('Q_WINNER_DEPLOYED', 'Q_DEPLOYMENT_FAILED');
  }, LIMIT_MS);
  afterAll(() => colony.end());

  const version = () => String(deployed.facts['deployment_path']);
  const paramsInUse = () =>
    JSON.parse(readFileSync(join(version(), 'params.json'), 'utf8')) as Record<'level' | 'env' | 'json', number>;

  it('ends without a hand in a deployed winner, told of along one chain', async () => {
    expect(deployed).toMatchObject({
      signal: 'Q_WINNER_DEPLOYED',
      facts: { experiment: 'app', backup_created: true, rollback_available: true },
    });
    const chain = await said('Q_PROMOTIONS_DETECTED', 'Q_DREAM_TRIGGER', 'Q_DREAM_COMPLETE', 'Q_WINNER_DEPLOYED');
    const names = chain.filter(({ trace }) => trace === deployed.trace).map(({ signal }) => signal);
    expect(names).toEqual(['Q_PROMOTIONS_DETECTED', 'Q_DREAM_TRIGGER', 'Q_DREAM_COMPLETE', 'Q_WINNER_DEPLOYED']);
  });

  it('writes the winner into every file that is mapped, and keeps what people wrote there', () => {
    const { level, env, json } = paramsInUse();
    expect(lookAtApp(colony.config)).toEqual({
      files: {
        'app.yaml': APP_FILES['app.yaml'].replace('level: 1', `level: ${level}`),
        'app.env': APP_FILES['app.env'].replace('"1"', `${env}`),
        'app.json': APP_FILES['app.json'].replace('1', `${json}`),
      },
      current: `versions/${String(deployed.facts['deployment_id'])}`,
    });
    expect(level).toBeGreaterThan(1);
    expect(readFileSync(join(version(), 'artifacts', 'built'), 'utf8')).toBe(`${level}\n`);
  });

  it('moves to the acknowledged ones, with what became of it', async () => {
    const { promotions } = pathsOf(colony.config);
    expect(readdirSync(promotions)).toEqual(['acknowledged']);
    const outcome = JSON.parse(readFileSync(join(promotions, 'acknowledged', 'better.outcome.json'), 'utf8')) as object;
    const [complete] = await said('Q_DREAM_COMPLETE');
    const { cycle_id, tournament_winner: winner, fitness_improvement } = complete!.facts;
    expect(outcome).toMatchObject({ cycle_id, winner, fitness_improvement });
    expect(winner).toBe(deployed.facts['winner_id']);
  });

  it('is shown by dream diff and dream winners', async () => {
    const { level } = paramsInUse();
    expect(await json('diff')).toMatchObject({
      status: 0,
      result: [
        {
          experiment: 'app',
          current: deployed.facts['deployment_id'],
          last: { stage: 'deployed' },
          changes: expect.arrayContaining([{ parameter: 'level', before: 1, after: level }]) as unknown[],
        },
      ],
    });
    const { code, stdout } = await dream('diff', 'app');
    expect([code, stdout]).toEqual([0, expect.stringContaining('before: what was there before')]);
    const { winner_id } = deployed.facts;
    expect(await json('winners')).toMatchObject({ result: [{ experiment: 'app', winner_id }] });
    expect(await json('diff', 'apq')).toMatchObject({ status: 3, error: { code: 'EXPERIMENT_NOT_FOUND' } });
  });

  it('is taken back by dream rollback, byte for byte, once it is agreed to', async () => {
    const inUse = lookAtApp(colony.config);
    expect(await json('rollback', '--dry-run')).toMatchObject({ result: { record: { by: 'operator' } } });
    expect(await dream('rollback')).toMatchObject({ code: 2 });
    expect(lookAtApp(colony.config)).toEqual(inUse);
    expect(await json('rollback', 'app', '--yes')).toMatchObject({
      status: 0,
      result: { record: { stage: 'rolled_back', id: deployed.facts['deployment_id'], previous: null } },
    });
    expect(lookAtApp(colony.config)).toEqual({ files: APP_FILES, current: null });
    expect(await json('rollback', '--yes')).toMatchObject({ status: 3, error: { code: 'DEPLOYMENT_NOT_FOUND' } });
  });

  it('has its rollback in the journal, as an effect of the deployment', async () => {
    const { winner_id, deployment_id } = deployed.facts;
    expect(await said('Q_DEPLOYMENT_FAILED')).toMatchObject([
      {
        ...{ source: 'operator', cause_id: deployed.id, trace: deployed.trace },
        facts: { winner_id, deployment_id, error_type: 'RolledBackByOperator', rollback_completed: true },
      },
    ]);
  });
});

describe('a winner at autonomy 1', () => {
  beforeAll(() => dreamingColony({ autonomy: 1 }), LIMIT_MS);
  afterAll(() => colony.end());

  it('waits for dream approve, and is deployed then', { timeout: LIMIT_MS }, async () => {
    const { deployRoot } = colony.config;
    await until('it is proposed', async () => (await deployedExperiments(deployRoot)).length > 0, PATIENCE_MS);
    await until('it is on record', async () => (await json('approve', '--dry-run')).status === 0, PATIENCE_MS);
    expect((await dream('diff')).stdout).toContain('kloros dream approve deploys it');
    expect(await dream('approve')).toMatchObject({ code: 2 });
    expect(await said('Q_DEPLOYMENT_APPROVED')).toEqual([]);
    expect(lookAtApp(colony.config)).toEqual({ files: APP_FILES, current: null });
    expect(await json('approve', 'app', '--yes')).toMatchObject({ status: 0, result: { stage: 'proposed' } });
    const deployed = await hear('Q_WINNER_DEPLOYED', 'Q_DEPLOYMENT_FAILED');
    expect(deployed).toMatchObject({ signal: 'Q_WINNER_DEPLOYED' });
    expect(lookAtApp(colony.config).current).toBe(`versions/${String(deployed.facts['deployment_id'])}`);
    expect(await json('approve', '--yes')).toMatchObject({ status: 3, error: { code: 'PROPOSAL_NOT_FOUND' } });
  });
});
