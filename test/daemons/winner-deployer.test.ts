import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { winnerDeployer } from '../../src/daemons/winner-deployer.js';
import type { Config } from '../../src/lib/config/schema.js';
import { operatorsReason, rollBackAndTell } from '../../src/lib/cli/roll-back.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import { layoutOf } from '../../src/lib/deployment/layout.js';
import { planRollback } from '../../src/lib/deployment/rollback.js';
import { acknowledge } from '../../src/lib/promotions/acknowledge.js';
import { catalogue } from '../../src/lib/signals/catalogue.js';
import { signalOf } from '../helpers/signals.js';
import { freshConfig, surroundings } from './surroundings.js';

const homes: string[] = [];
afterEach(() => {
  for (const home of homes.splice(0)) rmSync(dirname(home), { recursive: true, force: true });
});

const measured = { metrics: { score: 106 }, fitness: 1, spread: { score: 0 }, artifacts: [] };
const found = {
  ...{ experiment: 'app', success: true, failure: null, winner: { id: 'w', params: { level: 6 }, ...measured } },
  ...{ baseline: null, fitness_improvement: 0.05, ended_by: 'patience', alarms: [], pareto: [], history: [] },
};
const cycle = {
  ...{ cycle_id: 'c1', trigger_id: null, topic: null, trigger_reason: 'test', seed: 1, started_at: 'a', ended_at: 'b' },
  ...{
    duration_seconds: 1,
    success: true,
    failure: null,
    generations: 1,
    mutations_generated: 3,
    experiments: [found],
  },
};
const experiment = {
  ...{ name: 'app', search_space: { level: { type: 'int', min: 0, max: 9 } }, baseline: { level: 1 } },
  evaluator: { command: ['sh', '-c', 'echo "{\\"score\\": $((100 + KLOROS_PARAM_LEVEL))}"'] },
  metrics: { target_direction: { score: 'up' } },
  param_mapping: { level: { file: 'app.env', key: 'LEVEL' } },
};

/** A home in which a cycle has ended. */
function home(autonomy: number): Config {
  const config = freshConfig({ autonomy });
  homes.push(config.home);
  writeFileSync(join(config.home, 'app.env'), '# mine\nLEVEL=1\n');
  writeFileSync(join(config.home, 'dream.yaml'), stringify({ experiments: [experiment] }));
  mkdirSync(join(config.home, 'dream_lab/c1'), { recursive: true });
  writeFileSync(join(config.home, 'dream_lab/c1/result.json'), JSON.stringify(cycle));
  return config;
}

const env = ({ home: folder }: Config) => readFileSync(join(folder, 'app.env'), 'utf8');
const hear = (config: Config, name: string, facts: Record<string, unknown>) =>
  winnerDeployer.handle?.(signalOf(name, facts), surroundings(config).attempt, undefined);
const ended = { cycle_id: 'c1', success: true, tournament_winner: 'w' };
const approved = { experiment: 'app', cycle_id: 'c1', winner_id: 'w', approved_by: 'me' };

describe('winner_deployer_daemon', () => {
  it('deploys the winner of a cycle, and says the same when it is told of it again', async () => {
    const config = home(2);
    const said = await hear(config, 'Q_DREAM_COMPLETE', ended);
    const facts = { winner_id: 'w', backup_created: true, rollback_available: true, experiment: 'app' };
    expect(said).toMatchObject([{ signal: 'Q_WINNER_DEPLOYED', facts }]);
    expect(env(config)).toBe('# mine\nLEVEL=6\n');
    expect(await hear(config, 'Q_DREAM_COMPLETE', ended)).toEqual(said);
  });

  it('waits for consent at autonomy 1', async () => {
    const config = home(1);
    expect(await hear(config, 'Q_DREAM_COMPLETE', ended)).toEqual([]);
    expect(env(config)).toBe('# mine\nLEVEL=1\n');
    expect(await hear(config, 'Q_DEPLOYMENT_APPROVED', approved)).toMatchObject([{ signal: 'Q_WINNER_DEPLOYED' }]);
    expect(env(config)).toBe('# mine\nLEVEL=6\n');
  });

  it('deploys nothing at autonomy 0, approved or not', async () => {
    const config = home(0);
    expect(await hear(config, 'Q_DREAM_COMPLETE', ended)).toEqual([]);
    expect(await hear(config, 'Q_DEPLOYMENT_APPROVED', approved)).toMatchObject([
      { signal: 'Q_DEPLOYMENT_FAILED', facts: { error_type: 'AutonomyForbids', rollback_completed: false } },
    ]);
    expect(env(config)).toBe('# mine\nLEVEL=1\n');
  });

  it('leaves a cycle alone that was no success', async () => {
    const config = home(2);
    expect(await hear(config, 'Q_DREAM_COMPLETE', { ...ended, success: false })).toBeUndefined();
    expect(env(config)).toBe('# mine\nLEVEL=1\n');
  });

  it.each<[string, (file: string) => void]>([
    ['InvalidExperiments', (file) => writeFileSync(file, 'experiments: [{ name: app }]\n')],
    ['InvalidExperiments', (file) => writeFileSync(file, '{ not: yaml')],
    ['ExperimentsNotFound', (file) => rmSync(file)],
    ['ExperimentsUnreadable', (file) => (rmSync(file), mkdirSync(file))],
    [
      'ExperimentNotFound',
      (file) => writeFileSync(file, stringify({ experiments: [{ ...experiment, name: 'other' }] })),
    ],
  ])(
    'tells of a winner that nobody can look at as %s, and deploys it once that is mended',
    async (error_type, spoil) => {
      const config = home(2);
      const file = join(config.home, 'dream.yaml');
      const text = readFileSync(file, 'utf8');
      spoil(file);
      const again = 'kloros bus emit Q_DREAM_COMPLETE --example --set cycle_id=c1 --set tournament_winner=w';
      expect(await hear(config, 'Q_DREAM_COMPLETE', ended)).toMatchObject([
        {
          signal: 'Q_DEPLOYMENT_FAILED',
          facts: {
            ...{ winner_id: 'w', error_type, rollback_completed: false },
            error_message: expect.stringContaining(again) as string,
          },
        },
      ]);
      expect(await hear(config, 'Q_DEPLOYMENT_APPROVED', approved)).toMatchObject([{ facts: { error_type } }]);
      expect(env(config)).toBe('# mine\nLEVEL=1\n');
      rmSync(file, { recursive: true, force: true });
      writeFileSync(file, text);
      const toldAgain = { ...catalogue.get('Q_DREAM_COMPLETE')?.example, cycle_id: 'c1', tournament_winner: 'w' };
      expect(await hear(config, 'Q_DREAM_COMPLETE', toldAgain)).toMatchObject([{ signal: 'Q_WINNER_DEPLOYED' }]);
    },
  );

  it('says of a winner whose gain is not confirmed that it was refused, with the figures, and that nothing was changed', async () => {
    const constant = { ...experiment, evaluator: { command: ['echo', '{"score": 100}'] } };
    const config = home(2);
    writeFileSync(join(config.home, 'dream.yaml'), stringify({ experiments: [constant] }));
    expect(await hear(config, 'Q_DREAM_COMPLETE', ended)).toMatchObject([
      {
        signal: 'Q_DEPLOYMENT_FAILED',
        facts: {
          ...{ winner_id: 'w', deployment_id: 'c1.w', error_type: 'GainNotConfirmed', rollback_completed: false },
          error_message: expect.stringContaining('+0 % ± 0 % in 2 pairs of runs against what is in use') as string,
        },
      },
    ]);
    expect(env(config)).toBe('# mine\nLEVEL=1\n');
  });

  it('says of a winner that it took back by itself why, and that everything is as it was', async () => {
    const post_check = { command: ['sh', '-c', 'echo the service does not start >&2; exit 1'] };
    const config = home(2);
    writeFileSync(join(config.home, 'dream.yaml'), stringify({ experiments: [{ ...experiment, post_check }] }));
    expect(await hear(config, 'Q_DREAM_COMPLETE', ended)).toMatchObject([
      {
        signal: 'Q_DEPLOYMENT_FAILED',
        facts: {
          ...{ winner_id: 'w', deployment_id: 'c1.w', error_type: 'PostCheckFailed', rollback_completed: true },
          error_message: expect.stringContaining('the service does not start') as string,
        },
      },
    ]);
    expect(env(config)).toBe('# mine\nLEVEL=1\n');
  });

  it('tells the promotions that led to a winner what became of it, when it is deployed, refused and taken back', async () => {
    const config = home(2);
    const { promotions } = pathsOf(config);
    const outcome = (name: string) =>
      JSON.parse(readFileSync(join(promotions, 'acknowledged', name), 'utf8')) as Record<string, unknown>;
    writeFileSync(
      join(config.home, 'dream_lab/c1/result.json'),
      JSON.stringify({ ...cycle, promotions: ['a.json', 'gone.json'] }),
    );
    mkdirSync(promotions);
    writeFileSync(join(promotions, 'a.json'), '{}');
    const known = { cycle_id: 'c1', acknowledged_at: 'now', winner: 'w', fitness_improvement: 0.05 };
    await acknowledge(promotions, ['a.json'], known);
    rmSync(join(config.home, 'dream.yaml'));
    await hear(config, 'Q_DREAM_COMPLETE', ended);
    const about = { experiment: 'app', winner: 'w' };
    expect(outcome('a.outcome.json')).toMatchObject({
      ...known,
      deployments: [
        { ...about, stage: 'refused', reason: expect.stringContaining('There are no experiments') as string },
      ],
    });
    writeFileSync(join(config.home, 'dream.yaml'), stringify({ experiments: [experiment] }));
    await hear(config, 'Q_DEPLOYMENT_APPROVED', approved);
    expect(outcome('a.outcome.json')).toMatchObject({ ...known, deployments: [{ ...about, stage: 'deployed' }] });
    await rollBackAndTell(config, 'app', operatorsReason('asked'));
    expect(outcome('a.outcome.json')['deployments']).toMatchObject([
      { ...about, stage: 'rolled_back', reason: 'asked' },
    ]);
  });

  it("tells the promotions of an operator's rollback that was killed before it could, when it starts", async () => {
    const config = home(2);
    const { promotions } = pathsOf(config);
    writeFileSync(join(config.home, 'dream_lab/c1/result.json'), JSON.stringify({ ...cycle, promotions: ['a.json'] }));
    mkdirSync(promotions);
    writeFileSync(join(promotions, 'a.json'), '{}');
    const known = { cycle_id: 'c1', acknowledged_at: 'now', winner: 'w', fitness_improvement: 0.05 };
    await acknowledge(promotions, ['a.json'], known);
    await hear(config, 'Q_DREAM_COMPLETE', ended);
    const layout = layoutOf(config.deployRoot, 'app');
    const { changes, record } = await planRollback(layout, operatorsReason('asked'));
    // Killed in the middle: what is to be done is written down, and nothing of it is done.
    writeFileSync(layout.transaction, JSON.stringify({ files: changes, to: record.previous, record }));
    await winnerDeployer.open?.(surroundings(config).attempt);
    expect(env(config)).toBe('# mine\nLEVEL=1\n');
    const outcome = readFileSync(join(promotions, 'acknowledged', 'a.outcome.json'), 'utf8');
    expect(JSON.parse(outcome)).toMatchObject({ deployments: [{ stage: 'rolled_back', reason: 'asked' }] });
  });

  it('deploys the winners whose experiments are declared, and tells of each that is not', async () => {
    const config = home(2);
    const gone = { ...found, experiment: 'gone', winner: { ...found.winner, id: 'lost' } };
    writeFileSync(
      join(config.home, 'dream_lab/c1/result.json'),
      JSON.stringify({ ...cycle, experiments: [gone, found] }),
    );
    expect(await hear(config, 'Q_DREAM_COMPLETE', ended)).toMatchObject([
      { signal: 'Q_DEPLOYMENT_FAILED', facts: { winner_id: 'lost', error_type: 'ExperimentNotFound' } },
      { signal: 'Q_WINNER_DEPLOYED', facts: { winner_id: 'w' } },
    ]);
  });

  it.each([
    ['ResultNotFound', undefined],
    ['ResultUnreadable', '{"cycle_id":'],
    ['ResultUnreadable', '{"cycle_id": "c1"}'],
  ])('tells of a cycle whose result is not there or torn as %s', async (error_type, text) => {
    const config = home(2);
    const file = join(config.home, 'dream_lab/c1/result.json');
    if (text === undefined) rmSync(file);
    else writeFileSync(file, text);
    for (const [name, facts] of [
      ['Q_DREAM_COMPLETE', ended],
      ['Q_DEPLOYMENT_APPROVED', approved],
    ] as const)
      expect(await hear(config, name, facts)).toMatchObject([{ facts: { winner_id: 'w', error_type } }]);
  });
});
