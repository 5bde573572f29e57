import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/base/clock.js';
import type { Bus } from '../../src/lib/bus/bus.js';
import { openBus } from '../../src/lib/bus/open-bus.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import type { Config } from '../../src/lib/config/schema.js';
import type { Signal } from '../../src/lib/signals/envelope.js';
import { anyMachine, removeHome, silentLog, temporaryConfig, until } from '../helpers/colony.js';
import { campaign } from '../helpers/figures.js';
import { signalOf } from '../helpers/signals.js';
import { startUp, type Up } from '../helpers/up.js';

const WORKER = fileURLToPath(new URL('../helpers/monitor-worker.ts', import.meta.url));
const MONITOR = 'orchestrator_monitor';
const INVESTIGATOR = 'investigation_consumer_daemon';
const DEDUP = 'semantic_dedup_consumer_daemon';

/** Of each repair the steps at which its monitor is killed; those behind the first few differ least, and are for the campaign. */
const STEPS: Record<string, { act: object; steps: string[] }> = {
  restart: {
    act: { action: 'restart_daemon', daemon: INVESTIGATOR },
    steps: ['doing', 'done', 'begun', 'decided', 'settling'],
  },
  run: { act: { action: 'run_command', command: 'note' }, steps: ['doing', 'done', 'begun', 'decided'] },
  pause: { act: { action: 'pause_daemon', daemon: DEDUP, for: '1h' }, steps: ['done'] },
  say: { act: { action: 'repair_signal', signal: 'Q_MY_REPAIR' }, steps: ['done'] },
};
const MOST_STEPS = campaign('REPAIR_STEPS', { bounded: 3, full: 5 });
for (const one of Object.values(STEPS)) one.steps = one.steps.slice(0, MOST_STEPS);
const RULES = Object.entries(STEPS).flatMap(([name, { act, steps }]) =>
  steps.map((step) => ({
    ...{ name: `${name}_${step}`, when: { event: 'health_critical', alert: `drill_${name}_${step}` } },
    ...{ do: act, helped: { within: '1s' } },
  })),
);

describe('a monitor that is killed in the middle of each repair', () => {
  let config: Config;
  let up: Up;
  let bus: Bus;
  let monitor: ChildProcess | undefined;
  let isOver = false;
  let kills = 0;

  const said = async (name: string): Promise<Signal[]> =>
    (await bus.browse({ signals: [name] })).map(({ signal }) => signal);
  const ofRule = (signals: readonly Signal[], rule: string) => signals.filter(({ facts }) => facts['rule'] === rule);

  /** Runs a monitor, and another one whenever it is gone. */
  function keepMonitor(): void {
    const args = ['--import', 'tsx', WORKER, config.home, JSON.stringify(config)];
    monitor = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    monitor.once('exit', (_code, signal) => {
      if (isOver) return;
      if (signal === 'SIGKILL') kills += 1;
      keepMonitor();
    });
  }

  beforeAll(async () => {
    // One that kills the monitor in its own middle, where its rule is for that.
    const note =
      'echo $KLOROS_REPAIR_RULE >>ran; case $KLOROS_REPAIR_RULE in *_doing) kill -9 $(cat monitor.pid);; esac';
    config = await temporaryConfig({
      health: anyMachine,
      monitor: { intervalMs: 100 },
      delivery: { pollMs: 50, leaseMs: 1_000, backoffMs: 1, maxBackoffMs: 10 },
      healing: { alsoSays: ['Q_MY_REPAIR'], commands: { note: { path: '/bin/sh', args: ['-c', note] } } },
    });
    const { home, ...settings } = config;
    writeFileSync(join(home, 'config.yaml'), stringify(settings));
    writeFileSync(pathsOf(config).healing, stringify({ budget: 100, rules: RULES }));
    const env = { KLOROS_HOME: home, KLOROS_PORT_BASE: String(config.portBase) };
    up = startUp(env, ['--only', 'chemical-bus', '--only', 'investigation-consumer']);
    await up.ready();
    bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'onlooker' });
    keepMonitor();
    await until('the healer has looked', async () => 'healing:position' in (await bus.state(MONITOR)));
    for (const { when } of RULES) {
      const alert = { alert_type: when.alert, severity: 'critical', recommended_action: 'none' };
      await bus.emit([signalOf('Q_HEALTH_ALERT', { ...alert, metric_value: '1', threshold: '0' })]);
    }
    const all = async () => (await said('Q_REPAIR_JUDGED')).length === RULES.length;
    await until('every repair is judged', all, 240_000);
  });
  afterAll(async () => {
    isOver = true;
    monitor?.kill('SIGKILL');
    await bus.close();
    await up.end('SIGTERM');
    removeHome(config);
  });

  const runs = () => (existsSync(join(config.home, 'ran')) ? readFileSync(join(config.home, 'ran'), 'utf8') : '');

  it('was killed in each of them', () => expect(kills).toBe(RULES.length));

  it('decides once, answers once, and counts one repair against its budgets', async () => {
    const state = await bus.state(MONITOR);
    for (const { name } of RULES) {
      expect(ofRule(await said('Q_REPAIR_STARTED'), name), name).toHaveLength(1);
      expect(ofRule(await said('Q_REPAIR_MADE'), name), name).toHaveLength(1);
      expect(state[`healing:rule:${name}`], name).toMatchObject({ repairsMs: [expect.any(Number)] });
    }
    expect(state['healing:repairs']).toHaveLength(RULES.length);
  });

  it('keeps no word of what was begun once it is answered for', async () => {
    expect(Object.keys(await bus.state(MONITOR, 'begun:'))).toEqual([]);
  });

  it('restarts a daemon once for each repair', async () => {
    const pids = new Set(
      up.events.flatMap(({ name, pid }) => (name === INVESTIGATOR && pid !== undefined ? [pid] : [])),
    );
    expect(pids.size - 1).toBe(STEPS['restart']?.steps.length);
    const made = (await said('Q_REPAIR_MADE')).filter(({ facts }) => facts['action'] === 'restart_daemon');
    expect(made.map(({ facts }) => facts['outcome'])).toEqual(made.map(() => 'made'));
  });

  it('pauses a daemon by one word, from when it was paused', async () => {
    const [made] = ofRule(await said('Q_REPAIR_MADE'), 'pause_done');
    const pause = await bus.pauseOf(DEDUP);
    expect(made?.facts).toMatchObject({ outcome: 'made', detail: 'paused for 3600 s' });
    expect(pause?.by).toBe('healing rule pause_done');
    expect((await bus.state(MONITOR))[`healing:pause:${DEDUP}`]).toMatchObject({ sinceMs: pause?.sinceMs });
  });

  it('says a signal once', async () => {
    const [started] = ofRule(await said('Q_REPAIR_STARTED'), 'say_done');
    expect(await said('Q_MY_REPAIR')).toMatchObject([{ cause_id: started?.id }]);
  });

  it('runs no program twice: of what was begun it says that nobody knows, and tells an operator', async () => {
    const made = await said('Q_REPAIR_MADE');
    const ran = runs().trim().split('\n');
    for (const step of STEPS['run']?.steps ?? []) {
      const rule = `run_${step}`;
      const [answer] = ofRule(made, rule);
      expect(answer?.facts['outcome'], rule).toBe(step === 'decided' ? 'made' : 'unknown');
      expect(
        ran.filter((line) => line === rule),
        rule,
      ).toHaveLength(step === 'begun' ? 0 : 1);
    }
    const alerts = (await said('Q_HEALTH_ALERT')).filter(
      ({ facts }) =>
        facts['alert_type'] === 'repair_did_not_help' && String(facts['metric_value']).includes('nobody knows'),
    );
    expect(alerts).toHaveLength(3);
  });
});
