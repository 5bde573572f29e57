import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { winnerDeployer } from '../../src/daemons/winner-deployer.js';
import { systemClock } from '../../src/lib/base/clock.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import type { Config } from '../../src/lib/config/schema.js';
import { currentVersion, layoutOf } from '../../src/lib/deployment/layout.js';
import { rollback } from '../../src/lib/deployment/rollback.js';
import { recover } from '../../src/lib/deployment/transaction.js';
import { readResult } from '../../src/lib/dream/results.js';
import type { Signal } from '../../src/lib/signals/envelope.js';
import { freshConfig, surroundings } from '../daemons/surroundings.js';
import { isIdle } from '../helpers/chains.js';
import { until } from '../helpers/colony.js';
import { APP, APP_FILES, DREAMING, writeDreamHome } from '../helpers/dream-home.js';
import { campaign, printFigures, rounded, seededRandom, SEED } from '../helpers/figures.js';
import { signalOf } from '../helpers/signals.js';
import { startSupervised, type Supervised } from '../helpers/supervised.js';

const LIMIT_MS = 300_000;
const random = seededRandom(SEED);
const undone = { by: 'operator', errorType: 'RolledBackByOperator', reason: 'test' } as const;
const rolledBack = (config: Config, experiment: string) =>
  rollback(layoutOf(config.deployRoot, experiment), { nowMs: systemClock.nowMs(), ...undone });

describe('a deployer that dies before any of its changes', () => {
  /** Moments at which it dies; the full form takes every one there is. */
  const MOMENTS = campaign('DEPLOYER_MOMENTS', { bounded: 4, full: 10_000 });
  const WORKER = fileURLToPath(new URL('../helpers/deploy-worker.ts', import.meta.url));
  const EXPERIMENT = {
    ...APP,
    search_space: { ...APP.search_space, json: { type: 'int', min: 1, max: 99 } },
    baseline: { level: 1, json: 1 },
    param_mapping: {
      level: { file: 'app.yaml', key: 'level' },
      json: { file: 'app.json', key: 'level' },
    },
  };
  const homes: string[] = [];
  afterEach(() => {
    for (const home of homes.splice(0)) rmSync(dirname(home), { recursive: true, force: true });
  });

  /** A home in which one winner is deployed, and a cycle with a better one has just ended. */
  async function homeWithWork(): Promise<Config> {
    const config = freshConfig();
    homes.push(config.home);
    writeDreamHome(config, [EXPERIMENT]);
    writeCycle(config, 'c1', 5);
    writeCycle(config, 'c2', 7);
    await hear(config, 'c1');
    return config;
  }

  function writeCycle({ home }: Config, cycleId: string, level: number): void {
    const winner = { id: `w${level}`, params: { level, json: level }, metrics: { score: level }, fitness: 1 };
    const experiment = {
      ...{ experiment: 'app', success: true, failure: null, baseline: null, fitness_improvement: 1, ended_by: 'test' },
      ...{ alarms: [], pareto: [], history: [], winner: { ...winner, spread: { score: 0 }, artifacts: ['built'] } },
    };
    const times = { started_at: 'a', ended_at: 'b', duration_seconds: 1, seed: 1, generations: 1 };
    const cycle = { cycle_id: cycleId, trigger_id: null, topic: null, trigger_reason: 'test', mutations_generated: 1 };
    const artifacts = join(home, 'dream_lab', cycleId, 'artifacts', winner.id);
    mkdirSync(artifacts, { recursive: true });
    writeFileSync(join(artifacts, 'built'), `${level}\n`);
    const result = { ...cycle, ...times, success: true, failure: null, experiments: [experiment] };
    writeFileSync(join(home, 'dream_lab', cycleId, 'result.json'), JSON.stringify(result));
  }

  const factsOf = (cycleId: string) => ({ cycle_id: cycleId, success: true, tournament_winner: 'w' });
  const hear = (config: Config, cycleId: string) =>
    winnerDeployer.handle?.(
      signalOf('Q_DREAM_COMPLETE', factsOf(cycleId)),
      surroundings(config).attempt,
      undefined,
    ) as Promise<Signal[]>;

  /** Runs the deployer in a process of its own up to its n-th change; answers how many it made where it was not killed. */
  function work(config: Config, n: number): Promise<{ signal: string | null; changes: number }> {
    const args = ['--import', 'tsx', WORKER, String(n), JSON.stringify(config), JSON.stringify(factsOf('c2'))];
    return new Promise((resolve) => {
      const child = execFile(process.execPath, args, (_error, stdout) =>
        resolve({ signal: child.signalCode, changes: Number(stdout) }),
      );
    });
  }

  /** Everything that is deployed, from outside: the mapped files, and what lies behind the link. */
  function look({ home, deployRoot }: Config) {
    const files = Object.keys(APP_FILES).map((name) => join(home, name));
    const current = join(deployRoot, 'app', 'current');
    const behind = ['params.json', 'artifacts/built'].map((name) => join(current, name));
    const texts = [...files, ...behind].map((path) => readFileSync(path, 'utf8'));
    return { texts, modes: files.map((path) => statSync(path).mode & 0o777), current: readlinkSync(current) };
  }

  /** Names of all that lies in the home and below the deploy root: a killed attempt leaves nothing behind. */
  const names = ({ home, deployRoot }: Config) => [
    ...readdirSync(home).filter((name) => name !== 'run'),
    ...readdirSync(deployRoot, { recursive: true, encoding: 'utf8' }).sort(),
  ];

  it('leaves the old or the new whole, deploys it once when it is asked again, and can still go back', async () => {
    const startedMs = performance.now();
    const whole = await homeWithWork();
    const old = look(whole);
    const { changes } = await work(whole, Infinity);
    const [renewed, left] = [look(whole), names(whole)];
    expect(renewed.current).toBe('versions/c2.w7');
    const moments = Array.from({ length: changes }, (_, index) => index + 1);
    const chosen = MOMENTS >= changes ? moments : moments.filter((_, index) => isDrawn(index, changes));
    const found = { old: 0, new: 0 };
    for (const n of chosen) {
      const config = await homeWithWork();
      expect(await work(config, n), `killed before change ${n}`).toMatchObject({ signal: 'SIGKILL' });
      const layout = layoutOf(config.deployRoot, 'app');
      // It is dead: there is no need to wait until its lock is stale.
      rmSync(`${layout.log}.lock`, { recursive: true, force: true });
      await recover(layout);
      const isNew = (await currentVersion(layout)) === 'c2.w7';
      found[isNew ? 'new' : 'old'] += 1;
      expect(look(config), `killed before change ${n}`).toEqual(isNew ? renewed : old);
      const said = await hear(config, 'c2');
      expect(said, `killed before change ${n}`).toMatchObject([{ signal: 'Q_WINNER_DEPLOYED' }]);
      expect(look(config)).toEqual(renewed);
      expect(names(config), `killed before change ${n}`).toEqual(left);
      await rolledBack(config, 'app');
      expect(look(config)).toEqual(old);
    }
    printFigures('deployer moments', {
      ...{ seed: SEED, changes, killedBefore: chosen.length, foundWhole: found, mixtures: 0 },
      seconds: rounded((performance.now() - startedMs) / 1000),
    });
  });

  /** About as many as were asked for, spread over all of them, each time elsewhere in its share. */
  function isDrawn(index: number, changes: number): boolean {
    const share = changes / MOMENTS;
    const first = Math.floor(index / share) * share;
    offsets[Math.floor(index / share)] ??= first + random() * share;
    return index === Math.floor(offsets[Math.floor(index / share)]!);
  }
  const offsets: number[] = [];
});

describe('kill -9 of everything that makes and deploys a winner', () => {
  const KILLS = campaign('DREAM_KILLS', { bounded: 3, full: 100 });
  const VICTIMS = ['dream_consumer_daemon', 'tournament_consumer_daemon', 'winner_deployer_daemon'];
  let world: Supervised;
  afterEach(() => world.end());

  const experimentOf = (round: number) => ({
    ...APP,
    name: `app${round}`,
    param_mapping: { level: { file: `app${round}.env`, key: 'LEVEL' } },
  });
  const BEFORE = '# mine\nexport LEVEL="1" # old\n';

  async function chainOf({ id }: Signal): Promise<{ completions: Signal[]; outcomes: Signal[] }> {
    const names = ['Q_DREAM_COMPLETE', 'Q_WINNER_DEPLOYED', 'Q_DEPLOYMENT_FAILED'];
    const said = (await world.bus.browse({ signals: names })).map(({ signal }) => signal);
    const chain = said.filter(({ trace }) => trace === id);
    const isCompletion = ({ signal }: Signal) => signal === 'Q_DREAM_COMPLETE';
    return { completions: chain.filter(isCompletion), outcomes: chain.filter((one) => !isCompletion(one)) };
  }

  /** One whole flow, with faults while it goes on; answers how long it took. */
  async function round(number: number, faults: () => Promise<void>): Promise<number> {
    const startMs = performance.now();
    const trigger = signalOf('Q_DREAM_TRIGGER', { reason: 'test', topic: `app${number}`, promotion_count: 0 });
    await world.bus.emit([trigger]);
    await faults();
    await until(`round ${number} is over`, async () => (await chainOf(trigger)).outcomes.length > 0, LIMIT_MS);
    const tookMs = performance.now() - startMs;
    await until(`nobody works after round ${number}`, () => isIdle(world.bus), LIMIT_MS);
    await expectOnce(number, trigger);
    return tookMs;
  }

  async function expectOnce(number: number, trigger: Signal): Promise<void> {
    const { config } = world;
    const { completions, outcomes } = await chainOf(trigger);
    expect(completions).toMatchObject([{ facts: { success: true, error_type: null } }]);
    expect(outcomes).toMatchObject([{ signal: 'Q_WINNER_DEPLOYED', facts: { backup_created: true } }]);
    const result = await readResult(pathsOf(config).dreamLab, String(completions[0]!.facts['cycle_id']));
    const level = result?.experiments[0]?.winner?.params['level'];
    const current = join(config.deployRoot, `app${number}`, 'current');
    const target = () => readFileSync(join(config.home, `app${number}.env`), 'utf8');
    expect(JSON.parse(readFileSync(join(current, 'params.json'), 'utf8'))).toEqual({ level });
    expect(readFileSync(join(current, 'artifacts', 'built'), 'utf8')).toBe(`${level}\n`);
    expect(target()).toBe(BEFORE.replace('"1"', `${level}`));
    await rolledBack(config, `app${number}`);
    expect(target()).toBe(BEFORE);
  }

  it('answers every trigger once, and deploys every winner once and whole', async () => {
    const startedMs = performance.now();
    const rounds = Math.ceil(KILLS / VICTIMS.length);
    const numbers = Array.from({ length: rounds + 1 }, (_, index) => index);
    world = await startSupervised({
      overrides: DREAMING,
      only: ['chemical_bus', ...VICTIMS],
      prepare: (config) => {
        writeDreamHome(config, numbers.map(experimentOf));
        for (const number of numbers) writeFileSync(join(config.home, `app${number}.env`), BEFORE);
      },
    });
    const flowMs = await round(0, async () => undefined);
    let kills = 0;
    const killAll = async () => {
      const startMs = performance.now();
      const planned = VICTIMS.map((victim) => ({ victim, atMs: random() * flowMs })).sort((a, b) => a.atMs - b.atMs);
      for (const { victim, atMs } of planned) {
        await setTimeout(Math.max(0, atMs - (performance.now() - startMs)));
        await until(`${victim} has a process`, () => world.signal(victim, 'SIGKILL'), LIMIT_MS);
        kills += 1;
      }
    };
    for (const number of numbers.slice(1)) await round(number, killAll);
    printFigures('dream kills', {
      ...{ seed: SEED, kills, cycles: rounds + 1, flowMs: Math.round(flowMs), lost: 0, doubled: 0, mixtures: 0 },
      seconds: rounded((performance.now() - startedMs) / 1000),
    });
  });
});
