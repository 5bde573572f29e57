import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Publisher } from 'zeromq';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { intentRouter } from '../../src/daemons/intent-router.js';
import { endpointsOf, pathsOf } from '../../src/lib/config/paths.js';
import { defineDaemon, type DaemonDefinition } from '../../src/lib/runtime/define-daemon.js';
import { until } from '../helpers/colony.js';
import { startColony, type TestColony } from '../helpers/run.js';
import { signalOf } from '../helpers/signals.js';

const SIGNALS = 200;

let colony: TestColony;
let maintenance: string;
beforeEach(async () => {
  colony = await startColony({ bus: { anonymous: 'act' }, delivery: { pollMs: 50 } });
  ({ maintenance } = pathsOf(colony.config));
});
afterEach(() => colony.end());

const statusOf = async (name: string) => (await colony.bus.consumers()).find((consumer) => consumer.name === name);
const openWork = async () => {
  const status = await statusOf('worker');
  return status === undefined ? 0 : status.lag + status.running + status.waiting;
};

/** Says what it has handled, and lets a test hold it in the middle of a signal. */
function worker(handle: DaemonDefinition['handle'] = () => undefined, more: Partial<DaemonDefinition> = {}) {
  return defineDaemon({ name: 'worker', purpose: 'test', hears: ['X_ASKED'], says: [], handle, ...more });
}

const ask = (count: number) => colony.bus.emit([...Array(count).keys()].map((n) => signalOf('X_ASKED', { n })));

async function hearKill(facts: Record<string, unknown>): Promise<void> {
  const peer = new Publisher({ linger: 1_000 });
  const { xsub } = endpointsOf(colony.config);
  peer.connect(xsub);
  const frame = JSON.stringify({ signal: 'governance.kill', source: 'watchtower', facts, ts: Date.now() / 1_000 });
  await until('the kill is in the journal', async () => {
    await peer.send(['governance.kill', frame]); // What is said before the hub has subscribed is not heard.
    return (await colony.bus.browse({ signals: ['governance.kill'] })).length > 0;
  });
  peer.close();
}

describe('maintenance', () => {
  it('lets what runs end, keeps the rest pending with no attempt counted, and goes on when it is over', async () => {
    const attempts: number[] = [];
    let finish: () => void = () => undefined;
    const handle: DaemonDefinition['handle'] = ({ facts }, { attempt }) => {
      attempts.push(attempt);
      return facts['n'] === 0 ? new Promise<void>((resolve) => (finish = resolve)) : undefined;
    };
    await colony.start(worker(handle, { concurrency: 1 }));
    await ask(SIGNALS);
    await until('the first runs', () => attempts.length === 1);
    writeFileSync(maintenance, '');
    await until('only what runs is held', async () => (await statusOf('worker'))?.running === 1);
    finish();
    await until('nothing is held', async () => (await statusOf('worker'))?.running === 0);
    expect([attempts.length, await openWork()]).toEqual([1, SIGNALS - 1]);
    rmSync(maintenance);
    await until('all are handled', async () => (await openWork()) === 0);
    expect([attempts.length, new Set(attempts)]).toEqual([SIGNALS, new Set([1])]);
  });

  it('holds a daemon that starts in it', async () => {
    writeFileSync(maintenance, 'upgrade');
    await ask(1);
    let handled = 0;
    const daemon = await colony.start(worker(() => void (handled += 1)));
    await colony.bus.emit([signalOf('X_OTHER')]);
    await daemon.stop();
    expect([handled, await openWork()]).toEqual([0, 1]);
  });

  it('leaves intents in their folder, and routes them when it is over', async () => {
    writeFileSync(maintenance, '');
    const { intents } = pathsOf(colony.config);
    mkdirSync(intents, { recursive: true });
    const daemon = await colony.start(intentRouter);
    writeFileSync(join(intents, 'one.json'), JSON.stringify({ type: 'alert_disk', id: 'a', data: { reason: 'full' } }));
    writeFileSync(join(intents, 'two.json'), JSON.stringify({ type: 'alert_disk', id: 'b', data: { reason: 'full' } }));
    await daemon.stop();
    expect(readdirSync(intents).sort()).toEqual(['one.json', 'two.json']);
    await colony.start(intentRouter);
    rmSync(maintenance);
    await until('both are routed', async () => (await colony.bus.browse({ signals: ['Q_HEALTH_ALERT'] })).length === 2);
  });

  it('leaves the hub carrying', async () => {
    writeFileSync(maintenance, '');
    await hearKill({ target: 'nobody' });
  });

  it('has its file removed by the hub when the end that it named has come', async () => {
    writeFileSync(maintenance, JSON.stringify({ reason: 'brief', until: new Date(0).toISOString() }));
    let handled = 0;
    await colony.start(worker(() => void (handled += 1)));
    await ask(1);
    await until('it is handled', () => handled === 1);
    await until('the file is gone', () => !readdirSync(colony.config.home).includes('maintenance_mode'));
  });
});

describe('governance.kill from a peer', () => {
  it('stops every consumption, also across restarts, until an operator resumes it', async () => {
    let handled = 0;
    const counting = worker(() => void (handled += 1));
    const daemon = await colony.start(counting);
    await hearKill({ reason: 'runaway' });
    await ask(1);
    await daemon.stop();
    await colony.start(counting);
    expect(await statusOf('worker')).toMatchObject({
      pause: { by: 'governance.kill from watchtower (peer:anonymous)', reason: 'runaway' },
      lag: 1,
    });
    expect(handled).toBe(0);
    await colony.bus.setPaused(null, null);
    await until('it is handled', () => handled === 1);
  });

  it('stops the one whom it names, and no other', async () => {
    const handled: string[] = [];
    await colony.start(worker(() => void handled.push('worker')));
    await colony.start(defineDaemon({ ...worker(() => void handled.push('other')), name: 'other' }));
    await hearKill({ zooid: 'worker' });
    await ask(1);
    await until('the other has handled it', () => handled.length === 1);
    expect(handled).toEqual(['other']);
  });
});

describe('a paused source', () => {
  it('says nothing until it is resumed', async () => {
    await colony.bus.setPaused(['intent_router'], { by: 'operator', reason: null, sinceMs: 0 });
    const { intents } = pathsOf(colony.config);
    mkdirSync(intents, { recursive: true });
    writeFileSync(join(intents, 'one.json'), JSON.stringify({ type: 'alert_disk', id: 'a', data: { reason: 'full' } }));
    const daemon = await colony.start(intentRouter);
    await daemon.stop();
    expect(readdirSync(intents)).toEqual(['one.json']);
    await colony.start(intentRouter);
    await colony.bus.setPaused(['intent_router'], null);
    await until('it is routed', () => readdirSync(intents).length === 0);
  });
});
