import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { Publisher, Subscriber, XPublisher } from 'zeromq';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chemicalBus } from '../../../src/daemons/chemical-bus.js';
import { systemClock } from '../../../src/lib/base/clock.js';
import type { Bus, DeadLetter } from '../../../src/lib/bus/bus.js';
import { openBus } from '../../../src/lib/bus/open-bus.js';
import { endpointsOf, pathsOf } from '../../../src/lib/config/paths.js';
import type { Config } from '../../../src/lib/config/schema.js';
import { runDaemon, type RunningDaemon } from '../../../src/lib/runtime/run-daemon.js';
import { encodeSignal } from '../../../src/lib/signals/codec.js';
import { readJsonLines } from '../../../src/lib/base/json-lines.js';
import { removeHome, silentLog, temporaryConfig, until } from '../../helpers/colony.js';
import { signalOf } from '../../helpers/signals.js';

const run = (config: Config) =>
  runDaemon(chemicalBus, { config, clock: systemClock, log: silentLog, random: Math.random });

/** The document's kind of message, as a foreign peer sends it. */
const DOCUMENT_FRAME = '{"signal":"Q_HEALTH_ALERT","timestamp":"2025-11-15T10:30:00Z","source":"peer","facts":{"n":1}}';

describe('the hub', () => {
  let config: Config;
  let hub: RunningDaemon;
  let bus: Bus;
  let publisher: XPublisher;
  let subscriber: Subscriber;
  let heard: [string, string][];
  let connected: boolean;

  beforeEach(async () => {
    config = await temporaryConfig();
    hub = await run(config);
    bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'test' });
    const { xsub, xpub } = endpointsOf(config);
    publisher = new XPublisher({ linger: 0 });
    publisher.connect(xsub);
    await publisher.receive(); // The hub's subscription.
    subscriber = new Subscriber({ linger: 0 });
    subscriber.connect(xpub);
    subscriber.subscribe('');
    heard = [];
    connected = false;
    void listen();
    await until('the subscriber is connected', async () => {
      await bus.emit([signalOf('WARM_UP')]);
      return connected;
    });
  });
  afterEach(async () => {
    publisher.close();
    subscriber.close();
    await bus.close();
    await hub.stop();
    removeHome(config);
  });

  async function listen(): Promise<void> {
    for await (const frames of subscriber) {
      const name = String(frames[0]);
      if (name === 'WARM_UP') connected = true;
      else heard.push([name, String(frames[1])]);
    }
  }

  async function deadLetters(): Promise<DeadLetter[]> {
    await until('there is a dead letter', async () => (await bus.deadLetters(0)).length > 0);
    return bus.deadLetters(0);
  }

  it('journals a foreign signal and publishes it byte for byte', async () => {
    await publisher.send(['Q_HEALTH_ALERT', DOCUMENT_FRAME]);
    await until('it is heard', () => heard.length > 0);
    expect(heard).toEqual([['Q_HEALTH_ALERT', DOCUMENT_FRAME]]);
    const [recorded] = await bus.browse({ signals: ['Q_HEALTH_ALERT'] });
    expect(recorded!.signal).toMatchObject({ source: 'peer', timestamp: '2025-11-15T10:30:00.000Z', facts: { n: 1 } });
    expect(recorded!.frame.toString()).toBe(DOCUMENT_FRAME);
  });

  it('journals other words under the id of a signal that is known, as a message of its own', async () => {
    const signal = signalOf('Q_A', { n: 1 });
    await bus.emit([signal]);
    await publisher.send(['Q_A', encodeSignal({ ...signal, facts: { n: 2 } })]);
    await until('both are heard', () => heard.length === 2);
    const recorded = await bus.browse({ signals: ['Q_A'] });
    expect(recorded.map(({ signal: { facts } }) => facts)).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('takes a doubled first message as one, and the same bytes a second later as another', async () => {
    await publisher.send(['HEARTBEAT', DOCUMENT_FRAME]);
    await publisher.send(['HEARTBEAT', DOCUMENT_FRAME]);
    await publisher.send(['LAST', '{}']);
    await until('the last is heard', () => heard.some(([name]) => name === 'LAST'));
    expect(heard.map(([name]) => name)).toEqual(['HEARTBEAT', 'LAST']);
  });

  it('drops an incident that it has seen, and takes a new incident of the same words', async () => {
    const frame = (incident: string) =>
      JSON.stringify({ signal: 'CAPABILITY_GAP', facts: { source: 'zooid' }, incident_id: incident, ts: 1 });
    for (const incident of ['one', 'one', 'two']) await publisher.send(['CAPABILITY_GAP', frame(incident)]);
    await publisher.send(['LAST', '{}']);
    await until('the last is heard', () => heard.some(([name]) => name === 'LAST'));
    expect(heard.map(([, frameText]) => frameText)).toEqual([frame('one'), frame('two'), '{}']);
  });

  it('takes messages that share an incident for as many as they are, and each repetition of one for none', async () => {
    const chunk = (n: number) =>
      JSON.stringify({ signal: 'VOICE', facts: { n }, incident_id: 'one talk', ...(n < 3 ? { ts: n } : {}) });
    for (const n of [1, 1, 2, 3, 4, 4, 2]) await publisher.send(['VOICE', chunk(n)]);
    await publisher.send(['LAST', '{}']);
    await until('the last is heard', () => heard.some(([name]) => name === 'LAST'));
    expect(heard.map(([, frameText]) => frameText)).toEqual([chunk(1), chunk(2), chunk(3), chunk(4), '{}']);
  });

  it('says on its port what a process of this colony emitted, in order and once', async () => {
    await bus.emit([1, 2, 3].map((n) => signalOf('Q_A', { n })));
    await until('all are heard', () => heard.length >= 3);
    expect(heard.map(([, frame]) => (JSON.parse(frame) as { facts: unknown }).facts)).toEqual([
      { n: 1 },
      { n: 2 },
      { n: 3 },
    ]);
    expect(await bus.browse({ signals: ['Q_A'] })).toHaveLength(3);
  });

  it('hears a foreign publisher that binds the port of a daemon', async () => {
    const peer = new Publisher();
    await peer.bind(endpointsOf(config).own(2));
    await until('it is heard', async () => {
      await peer.send(['Q_DREAM_TRIGGER', `{"facts":{"n":${heard.length}}}`]);
      return heard.some(([name]) => name === 'Q_DREAM_TRIGGER');
    });
    peer.close();
  });

  it.for<[string, Buffer[]]>([
    ['has one frame', [Buffer.from('Q_A')]],
    ['has three frames', [Buffer.from('Q_A'), Buffer.from('{}'), Buffer.from('{}')]],
    ['is no JSON', [Buffer.from('Q_A'), Buffer.from('{"half":')]],
    ['is a JSON list', [Buffer.from('Q_A'), Buffer.from('[1]')]],
    ['has a name that is not UTF-8', [Buffer.from([0xff, 0xfe]), Buffer.from('{}')]],
    ['has a body that is not UTF-8', [Buffer.from('Q_A'), Buffer.from([0x7b, 0xff, 0x7d])]],
    ['has a name of 10 kB', [Buffer.alloc(10_240, 'Q'), Buffer.from('{}')]],
    ['has no name', [Buffer.alloc(0), Buffer.from('{}')]],
    ['has a name with an escape sequence', [Buffer.from('Q_\u001b[2J'), Buffer.from('{}')]],
    ['has a name of two lines', [Buffer.from('Q_A\nQ_B'), Buffer.from('{}')]],
  ])('keeps a message that %s whole, as a dead letter, and goes on', async ([, frames]) => {
    await publisher.send(frames);
    const [letter] = await deadLetters();
    expect(letter).toMatchObject({
      daemon: 'chemical_bus',
      error: expect.stringMatching(/UNREADABLE_FRAME|INVALID_NAME/) as string,
    });
    const kept = JSON.parse(letter!.content!) as { frames_base64: string[] };
    expect(kept.frames_base64.map((text) => Buffer.from(text, 'base64'))).toEqual(frames);
    await publisher.send(['Q_A', DOCUMENT_FRAME]);
    await until('the next is heard', () => heard.some(([name]) => name === 'Q_A'));
  });

  it('writes dead letters into failed_signals.jsonl, each once, also after a restart', async () => {
    await publisher.send(['Q_A']);
    await deadLetters();
    await hub.stop();
    hub = await run(config);
    await hub.stop();
    hub = await run(config);
    const rows: unknown[] = [];
    for await (const { value } of readJsonLines(pathsOf(config).failedSignals)) rows.push(value);
    expect(rows).toMatchObject([{ signal: null, daemon: 'chemical_bus', number: 1 }]);
  });

  it('refuses a second colony in one home and names the first one', async () => {
    await expect(run(config)).rejects.toMatchObject({
      code: 'ALREADY_RUNNING',
      why: expect.stringContaining(String(process.pid)) as string,
    });
  });

  it('says who holds its port when it is taken', async () => {
    const other = await temporaryConfig();
    const server: Server = createServer().listen(other.portBase + 1, '127.0.0.1');
    await once(server, 'listening');
    await expect(run(other)).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      why: expect.stringContaining(String(process.pid)) as string,
    });
    server.close();
    removeHome(other);
  });

  it('says after a restart what was emitted while it was away', async () => {
    await hub.stop();
    await bus.emit([signalOf('Q_A', { n: 1 })]);
    hub = await run(config);
    await until('it is heard', () => heard.some(([name]) => name === 'Q_A'));
  });
});
