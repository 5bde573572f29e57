import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Dealer, XPublisher, XSubscriber } from 'zeromq';
import type { DeadLetter } from '../../src/lib/bus/bus.js';
import { endpointsOf } from '../../src/lib/config/paths.js';
import { encodeSignal } from '../../src/lib/signals/codec.js';
import { Chains, isIdle } from '../helpers/chains.js';
import { until } from '../helpers/colony.js';
import { campaign, printFigures, rounded, SEED } from '../helpers/figures.js';
import { hostileMessages, keyOf } from '../helpers/hostile.js';
import { peakMb } from '../helpers/process-memory.js';
import { signalOf } from '../helpers/signals.js';
import { startSupervised, type Supervised } from '../helpers/supervised.js';

const FRAMES = campaign('FRAMES', { bounded: 1_500, full: 100_000 });
const LIMIT_MS = 600_000;
const MOST_MB = 400;
/** Fewer than the hub holds answers for. */
const ASKED_AT_ONCE = 500;
const NONSENSE_BYTES = 100_000;
const HUB = 'chemical_bus';

describe('a hostile peer', () => {
  let world: Supervised;
  const accounted = new Set<string>();
  let seq: number;
  let number: number;
  beforeEach(async () => {
    accounted.clear();
    seq = 0;
    number = 0;
    world = await startSupervised();
  });
  afterEach(() => world.end());

  async function publish(messages: readonly Buffer[][]): Promise<void> {
    const socket = new XPublisher({ linger: 0, sendHighWaterMark: 0 });
    socket.connect(endpointsOf(world.config).xsub);
    await socket.receive(); // The hub's subscription.
    for (const frames of messages) await socket.send(frames);
    await accountedFor(messages);
    socket.close();
  }

  /** Asks at the door for an answer to each, and answers how many were accepted; what was is in the journal. */
  async function ask(messages: readonly Buffer[][]): Promise<number> {
    const socket = new Dealer({ linger: 0, sendHighWaterMark: 0, receiveHighWaterMark: 0, receiveTimeout: LIMIT_MS });
    socket.connect(endpointsOf(world.config).router);
    const accepted: Buffer[][] = [];
    for (let from = 0; from < messages.length; from += ASKED_AT_ONCE) {
      const asked = messages.slice(from, from + ASKED_AT_ONCE);
      for (const [n, frames] of asked.entries()) await socket.send([String(n), '', ...frames]);
      for (let answered = 0; answered < asked.length; answered += 1) {
        const [number, , answer] = await socket.receive();
        const { status } = JSON.parse(String(answer)) as { status: string };
        if (status === 'accepted') accepted.push(asked[Number(number)]!);
      }
    }
    await accountedFor(accepted);
    socket.close();
    return accepted.length;
  }

  async function deadLetters(): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    for (let page = await world.bus.deadLetters(0); page.length > 0;) {
      letters.push(...page);
      page = await world.bus.deadLetters(page.at(-1)!.number);
    }
    return letters;
  }

  async function accountedFor(messages: readonly Buffer[][]): Promise<void> {
    let missing = messages;
    await until(
      'each message is in the journal or a dead letter',
      async () => {
        await readAccounts();
        missing = missing.filter((frames) => !accounted.has(keyOf(frames)));
        return missing.length === 0;
      },
      LIMIT_MS,
    ).catch((error: unknown) => {
      throw new Error(`${missing.length} are missing, such as ${JSON.stringify(missing[0]!.map(String))}`, {
        cause: error,
      });
    });
  }

  async function readAccounts(): Promise<void> {
    for (const recorded of await world.bus.browse({ afterSeq: seq })) {
      seq = recorded.seq;
      accounted.add(keyOf([Buffer.from(recorded.signal.signal), recorded.frame]));
    }
    for (const letter of await world.bus.deadLetters(number)) {
      number = letter.number;
      const { frames_base64: frames = [] } = JSON.parse(letter.content ?? '{}') as { frames_base64?: string[] };
      accounted.add(frames.join(' '));
    }
  }

  const pidOf = (name: string) => world.colony.statuses().find((status) => status.name === name)!.pid!;
  const ends = () => world.transitions.filter(({ state }) => state === 'BACKOFF' || state === 'FATAL');

  it('ends no daemon, and each of its messages is in the journal, a dead letter or refused with an answer, byte for byte', async () => {
    const messages = hostileMessages(FRAMES, SEED);
    const toBeAnswered = hostileMessages(FRAMES / 5, SEED + 1);
    const startedMs = performance.now();
    await publish(messages);
    const accountedMs = performance.now() - startedMs;
    const accepted = await ask(toBeAnswered);
    await until('nobody has anything to do', () => isIdle(world.bus), LIMIT_MS);
    const byDaemon: Record<string, number> = {};
    for (const { daemon } of await deadLetters()) byDaemon[daemon] = (byDaemon[daemon] ?? 0) + 1;
    const peaksMb = Object.fromEntries(world.colony.statuses().map(({ name }) => [name, peakMb(pidOf(name))]));
    printFigures('hostile-frames', {
      seed: SEED,
      messages: messages.length,
      asked: toBeAnswered.length,
      accepted,
      accountedPerSecond: Math.round((messages.length / accountedMs) * 1000),
      deadLetters: byDaemon,
      seconds: rounded((performance.now() - startedMs) / 1000),
      peaksMb,
    });
    expect(ends()).toEqual([]);
    expect(Math.max(...Object.values(peaksMb))).toBeLessThan(MOST_MB);
  });

  it('cannot hide a message behind the id of a signal that is in the journal', async () => {
    const signal = signalOf('Q_A', { true: 'words' });
    await world.bus.emit([signal]);
    await publish([[Buffer.from('Q_A'), encodeSignal({ ...signal, facts: { other: 'words' } })]]);
  });

  it('cannot end the hub by talking nonsense to its ports', async () => {
    const endpoints = endpointsOf(world.config);
    for (const endpoint of [endpoints.xsub, endpoints.xpub, endpoints.router, endpoints.own(3)]) {
      const { hostname: host, port } = new URL(endpoint);
      const socket = createConnection({ host, port: Number(port) });
      socket.on('error', () => undefined); // It is thrown out.
      await once(socket, 'connect');
      await new Promise((resolve) => socket.write(randomBytes(NONSENSE_BYTES), resolve));
      socket.destroy();
    }
    const upstream = new XSubscriber({ linger: 0 });
    upstream.connect(endpoints.xpub);
    for (let n = 0; n < 100; n += 1) await upstream.send(randomBytes(50));
    const chains = new Chains(world.bus);
    await publish([[Buffer.from('HEARTBEAT'), Buffer.from('{}')]]);
    await chains.readOn();
    expect(chains.named('HEARTBEAT')).toHaveLength(1);
    upstream.close();
    expect(ends()).toEqual([]);
    expect(pidOf(HUB)).toBeGreaterThan(0);
  });
});
