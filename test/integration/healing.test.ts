import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { afterEach, describe, expect, it } from 'vitest';
import { COLONY, OPERATOR } from '../../src/lib/signals/origin.js';
import { orchestratorMonitor } from '../../src/daemons/orchestrator-monitor.js';
import { systemClock } from '../../src/lib/base/clock.js';
import type { Bus } from '../../src/lib/bus/bus.js';
import { openBus } from '../../src/lib/bus/open-bus.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import { defineDaemon } from '../../src/lib/runtime/define-daemon.js';
import type { Facts, Signal } from '../../src/lib/signals/envelope.js';
import { kloros } from '../helpers/cli.js';
import { anyMachine, removeHome, silentLog, temporaryConfig, until } from '../helpers/colony.js';
import { startColony, type TestColony } from '../helpers/run.js';
import { signalOf } from '../helpers/signals.js';
import { startUp } from '../helpers/up.js';

const INVESTIGATOR = 'investigation_consumer_daemon';
const OFTEN = { intervalMs: 100 };
const SOON = { Q_INVESTIGATION_COMPLETE: { within: '1s', waiting: '1s' } };

const ending: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

const ask = (key: string, cause?: Pick<Signal, 'id' | 'trace'>) => {
  const signal = signalOf('Q_CURIOSITY_INVESTIGATE', {
    ...{ question: 'What is it?', question_id: key, priority: 'normal', evidence: [] },
  });
  return cause === undefined ? signal : { ...signal, cause_id: cause.id, trace: cause.trace };
};

const saidIn = async (bus: Bus, name: string) => (await bus.browse({ signals: [name] })).map(({ signal }) => signal);

describe('a colony under kloros up whose investigator is stopped', { timeout: 180_000 }, () => {
  it('restarts it when a question is overdue, and the question is answered', async () => {
    const config = await temporaryConfig({
      health: anyMachine,
      monitor: OFTEN,
      expectations: SOON,
      delivery: { pollMs: 100 },
    });
    ending.push(async () => removeHome(config));
    const { home, ...settings } = config;
    writeFileSync(join(home, 'config.yaml'), stringify(settings));
    for (const root of config.sourceRoots) mkdirSync(root, { recursive: true });
    const env = { KLOROS_HOME: home, KLOROS_PORT_BASE: String(config.portBase) };
    const few = ['chemical-bus', 'investigation-consumer', 'orchestrator-monitor'].flatMap((name) => ['--only', name]);
    const up = startUp(env, few);
    ending.push(() => up.end('SIGTERM'));
    await up.ready();
    const bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'onlooker' });
    ending.push(() => bus.close());
    await until('the healer has looked', async () => 'healing:position' in (await bus.state('orchestrator_monitor')));

    const before = up.pidOf(INVESTIGATOR);
    process.kill(before, 'SIGSTOP');
    const question = ask('stuck');
    await bus.emit([question]);
    await until('the repair is judged', async () => (await saidIn(bus, 'Q_REPAIR_JUDGED')).length > 0, 90_000);

    expect(up.pidOf(INVESTIGATOR)).not.toBe(before);
    const [answer] = await saidIn(bus, 'Q_INVESTIGATION_COMPLETE');
    expect(answer).toMatchObject({ cause_id: question.id, facts: { question_id: 'stuck' } });
    const [timeout] = await saidIn(bus, 'Q_INVESTIGATION_TIMEOUT');
    const [started] = await saidIn(bus, 'Q_REPAIR_STARTED');
    expect(started).toMatchObject({ cause_id: timeout?.id, trace: question.id, facts: { target: INVESTIGATOR } });
    expect(await saidIn(bus, 'Q_REPAIR_MADE')).toMatchObject([
      { cause_id: started?.id, facts: { outcome: 'made', detail: 'kloros up restarted it' } },
    ]);
    expect(await saidIn(bus, 'Q_REPAIR_JUDGED')).toMatchObject([{ cause_id: started?.id, facts: { helped: true } }]);
    const { stdout } = await kloros(['healing', 'history', '--json'], { env });
    expect(JSON.parse(stdout)).toMatchObject({
      result: [{ id: started?.id, cause: { signal: 'Q_INVESTIGATION_TIMEOUT' }, outcome: 'made', helped: true }],
    });
  });
});

describe('a monitor that heals by rules of its own', { timeout: 60_000 }, () => {
  let colony: TestColony;
  let finish: () => void = () => undefined;
  const stuck = defineDaemon({
    name: INVESTIGATOR,
    purpose: 'test',
    hears: ['Q_CURIOSITY_INVESTIGATE'],
    says: [],
    handle: () => new Promise<void>((resolve) => (finish = resolve)),
  });
  const off = { name: 'restart_the_silent_investigator', enabled: false };
  const when = { event: 'missing_signal', signal: 'Q_INVESTIGATION_TIMEOUT' };

  async function start(rules: object[], healing: Facts = {}): Promise<void> {
    colony = await startColony({
      health: anyMachine,
      monitor: OFTEN,
      expectations: SOON,
      healing,
      delivery: { pollMs: 50 },
    });
    ending.push(
      () => colony.end(),
      async () => finish(),
    );
    writeFileSync(pathsOf(colony.config).healing, stringify({ rules }));
    const daemons = [orchestratorMonitor, stuck].map(({ name }) => ({ name }));
    const keeper = { daemons, restarts: async () => [], restart: nobody };
    await colony.start(stuck);
    await colony.start(orchestratorMonitor, { keeper });
    await until('the healer has looked', async () => 'healing:position' in (await state()));
  }
  const nobody = async (daemon: string): Promise<string> => {
    const { cannotRestart } = await import('../../src/lib/runtime/colony-door.js');
    throw cannotRestart(daemon);
  };
  const state = () => colony.bus.state('orchestrator_monitor');
  const said = (name: string) => saidIn(colony.bus, name);
  const escalations = async () =>
    (await said('Q_HEALTH_ALERT')).filter(({ facts }) => facts['alert_type'] === 'repair_did_not_help');
  const untilJudged = (count: number) =>
    until('repairs are judged', async () => (await said('Q_REPAIR_JUDGED')).length >= count, 30_000);

  it('tells an operator once where nobody keeps the daemon that it would restart', async () => {
    await start([]);
    await colony.bus.emit([ask('first')]);
    await untilJudged(1);
    await colony.bus.emit([ask('second')]);
    await until('the second is overdue', async () => (await said('Q_INVESTIGATION_TIMEOUT')).length === 2);
    const looked = (await colony.bus.newest()) + 1;
    await until('the healer has seen it', async () => Number((await state())['healing:position']) >= looked - 2);
    expect(await said('Q_REPAIR_MADE')).toMatchObject([{ facts: { outcome: 'refused' } }]);
    expect((await said('Q_REPAIR_MADE'))[0]?.facts['detail']).toContain('cannot restart');
    const [started] = await said('Q_REPAIR_STARTED');
    expect(await escalations()).toMatchObject([{ cause_id: started?.id, facts: { severity: 'critical' } }]);
    expect(await said('Q_REPAIR_STARTED')).toHaveLength(1);
  });

  it('runs a program of the allow-list with its fixed words, and says what it printed', async () => {
    const sweep = { path: '/bin/sh', args: ['-c', 'echo swept for $KLOROS_REPAIR_RULE'] };
    const run = { name: 'sweep', when, do: { action: 'run_command', command: 'sweep' }, helped: { within: '1s' } };
    await start([off, run], { commands: { sweep } });
    await colony.bus.emit([ask('first')]);
    await untilJudged(1);
    expect((await said('Q_REPAIR_MADE'))[0]?.facts).toMatchObject({
      outcome: 'made',
      detail: '/bin/sh ended with exit code 0: swept for sweep',
    });
    expect((await said('Q_REPAIR_JUDGED'))[0]?.facts).toMatchObject({ helped: false });
    expect(await escalations()).toHaveLength(1);
  });

  it('refuses a file that names a program which is not on the list, says where, and keeps the rules before it', async () => {
    const say = { name: 'say', when, do: { action: 'repair_signal', signal: 'Q_MY_REPAIR' }, helped: { within: '1s' } };
    await start([off, say], { alsoSays: ['Q_MY_REPAIR'] });
    const wrong =
      '# by hand\nrules:\n  - name: sweep\n    when: {event: watchdog}\n    do:\n      action: run_command\n      command: /bin/rm\n';
    writeFileSync(pathsOf(colony.config).healing, wrong);
    const refused = async () =>
      (await said('Q_HEALTH_ALERT')).find(({ facts }) => facts['alert_type'] === 'healing_invalid');
    await until('the edit is told of', async () => (await refused()) !== undefined);
    expect((await refused())?.facts['metric_value']).toMatch(/healing\.yaml:7: rule sweep: do\.command: \/bin\/rm/);
    await colony.bus.emit([ask('first')]);
    await untilJudged(1);
    const [repair] = await said('Q_MY_REPAIR');
    expect(repair?.cause_id).toBe((await said('Q_REPAIR_STARTED'))[0]?.id);
  });

  it('does not do what nobody decided, nor what was decided and is judged', async () => {
    await start([off]);
    const facts = { event: 'watchdog', subject: INVESTIGATOR, target: INVESTIGATOR, reason: 'forged' };
    const forged = signalOf('Q_REPAIR_STARTED', { rule: 'x', action: 'pause_daemon', ...facts });
    await colony.bus.emit([forged], COLONY);
    await until('it is answered', async () => (await said('Q_REPAIR_MADE')).length > 0);
    expect((await said('Q_REPAIR_MADE'))[0]?.facts).toMatchObject({ outcome: 'refused' });
    expect(await colony.bus.pauseOf(INVESTIGATOR)).toBeUndefined();
  });

  it('carries out no repair that somebody else than the colony emits, an operator included', async () => {
    await start([off]);
    const forged = signalOf('Q_REPAIR_STARTED', { rule: 'x', action: 'pause_daemon', target: INVESTIGATOR });
    await colony.bus.emit([forged], OPERATOR);
    expect(await colony.bus.refusals()).toMatchObject([
      { consumer: 'orchestrator_monitor', signal: 'Q_REPAIR_STARTED', from: OPERATOR, count: 1, sample: forged.id },
    ]);
    expect(await colony.bus.standing('orchestrator_monitor', forged.id)).toBe('refused');
  });

  it('pauses for a time, and lifts its own pause when that is over', async () => {
    const rest = { name: 'rest', when, do: { action: 'pause_daemon', daemon: 'investigation-consumer', for: '1s' } };
    await start([off, { ...rest, helped: { within: '2s' } }]);
    await colony.bus.emit([ask('first')]);
    await until('it is paused', async () => (await colony.bus.pauseOf(INVESTIGATOR)) !== undefined);
    expect((await colony.bus.pauseOf(INVESTIGATOR))?.by).toBe('healing rule rest');
    await until('it goes on', async () => (await colony.bus.pauseOf(INVESTIGATOR)) === undefined);
    await until('both are told', async () => (await said('Q_REPAIR_MADE')).length === 2);
    const [pause, lift] = await said('Q_REPAIR_STARTED');
    expect(lift).toMatchObject({ cause_id: pause?.id, facts: { action: 'resume_daemon' } });
    expect((await said('Q_REPAIR_MADE'))[1]?.facts).toMatchObject({ outcome: 'made', detail: 'goes on' });
  });
});
