import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Subscriber } from 'zeromq';
import { endpointsOf } from '../../src/lib/config/paths.js';
import { until } from '../helpers/colony.js';
import { campaign, printFigures, rounded } from '../helpers/figures.js';
import { peakMb } from '../helpers/process-memory.js';
import { signalOf } from '../helpers/signals.js';
import { startSupervised, type Supervised } from '../helpers/supervised.js';

/** In its full form more than what the hub keeps for one subscriber (50,000), several times. */
const SIGNALS = campaign('SUBSCRIBER_SIGNALS', { bounded: 20_000, full: 300_000 });
const BATCH = 500;
const PAYLOAD = 'x'.repeat(500);
/** The good one is given no more than this ahead of what it has heard. */
const MOST_AHEAD = 10_000;
const MOST_MB = 400;
const CHANGING_EVERY = 2_000;
const LIMIT_MS = 240_000;
const HUB = 'chemical_bus';
const STOPPABLE = fileURLToPath(new URL('../helpers/subscriber-worker.ts', import.meta.url));
/** How a ZMTP 3 peer begins; this one never says more. */
const GREETING = Buffer.from('ff00000000000000017f', 'hex');

describe('subscribers that are slow or dead', () => {
  let world: Supervised;
  let endpoint: string;
  const closing: (() => void)[] = [];
  beforeEach(async () => {
    world = await startSupervised({ only: [HUB] });
    endpoint = endpointsOf(world.config).xpub;
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) close();
    await world.end();
  });

  function subscriber(options: ConstructorParameters<typeof Subscriber>[0]): Subscriber {
    const socket = new Subscriber({ linger: 0, ...options });
    socket.connect(endpoint);
    socket.subscribe('');
    closing.push(() => socket.close());
    return socket;
  }

  async function rawConnection(says?: Buffer): Promise<Socket> {
    const { hostname: host, port } = new URL(endpoint);
    const socket = createConnection({ host, port: Number(port) });
    socket.on('error', () => undefined);
    closing.push(() => socket.destroy());
    await once(socket, 'connect');
    if (says) socket.write(says);
    return socket;
  }

  /** A process that subscribes and is then stopped, as one on a machine that hangs. */
  async function stoppedSubscriber(): Promise<void> {
    const child = fork(STOPPABLE, [endpoint], { execArgv: ['--import', 'tsx'] });
    closing.push(() => child.kill('SIGKILL'));
    let hears = false;
    child.on('message', () => (hears = true));
    await until('it hears', async () => {
      await world.bus.emit([signalOf('WARM_UP')]);
      return hears;
    });
    child.kill('SIGSTOP');
  }

  it('neither hold the hub up, nor make it grow without bound, nor cost others a signal', async () => {
    const heard: unknown[] = [];
    const good = subscriber({ receiveHighWaterMark: 0 });
    void (async () => {
      for await (const [name, frame] of good)
        if (String(name) === 'Q_FLOOD') heard.push((JSON.parse(String(frame)) as { facts: { n: number } }).facts.n);
    })();
    subscriber({ receiveHighWaterMark: 1 }); // Nobody ever receives from it.
    await stoppedSubscriber();
    await rawConnection();
    await rawConnection(GREETING);
    const idleMb = peakMb(world.pidOf(HUB)!);

    const startedMs = performance.now();
    for (let n = 0; n < SIGNALS; n += BATCH) {
      const numbers = Array.from({ length: Math.min(BATCH, SIGNALS - n) }, (_, index) => n + index);
      await world.bus.emit(numbers.map((number) => signalOf('Q_FLOOD', { n: number, payload: PAYLOAD })));
      if (n % CHANGING_EVERY === 0) subscriber({}).close(); // One that comes and goes at once.
      await until('the good one keeps up', () => heard.length >= n - MOST_AHEAD, LIMIT_MS);
    }
    await until('the good one has heard all', () => heard.length >= SIGNALS, LIMIT_MS);
    const seconds = (performance.now() - startedMs) / 1000;
    expect(heard).toEqual(Array.from({ length: SIGNALS }, (_, n) => n));
    const mb = peakMb(world.pidOf(HUB)!);
    expect(mb).toBeLessThan(MOST_MB);
    expect(world.transitions.filter(({ state }) => state === 'BACKOFF')).toEqual([]);
    printFigures('subscribers', {
      signals: SIGNALS,
      deadOrSlow: 4,
      comingAndGoing: Math.ceil(SIGNALS / CHANGING_EVERY),
      heardPerSecond: Math.round(SIGNALS / seconds),
      hubIdleMb: idleMb,
      hubPeakMb: mb,
      lost: 0,
      seconds: rounded(seconds),
    });
  });
});
