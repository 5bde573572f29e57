import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Subscriber } from 'zeromq';
import { endpointsOf } from '../../src/lib/config/paths.js';
import { freePortBase, until } from '../helpers/colony.js';
import { campaign, printFigures, rounded, seededRandom, SEED } from '../helpers/figures.js';
import { Questions } from '../helpers/questions.js';
import { signalOf } from '../helpers/signals.js';
import { startSupervised, type Supervised } from '../helpers/supervised.js';

/** Rounds in which each of these ports is taken once while its daemon is away. */
const ROUNDS = campaign('PORT_ROUNDS', { bounded: 1, full: 20 });
const PORTS = [
  { daemon: 'chemical_bus', offset: 0 },
  { daemon: 'chemical_bus', offset: 1 },
  { daemon: 'chemical_bus', offset: 6 },
  { daemon: 'capability_integrator_daemon', offset: 3 },
];
const LIMIT_MS = 120_000;

describe('a port that something else has taken', () => {
  let world: Supervised | undefined;
  afterEach(() => world?.end());

  /** Listens there, or says that it cannot. */
  async function squat(port: number): Promise<Server | undefined> {
    const server = createServer((socket) => socket.on('error', () => undefined).resume());
    server.on('connection', (socket) => server.once('leave', () => socket.destroy()));
    server.listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
      return server;
    } catch {
      return undefined;
    }
  }

  async function leave(server: Server): Promise<void> {
    server.close();
    server.emit('leave');
    await once(server, 'close');
  }

  /** Ends a daemon as often as it takes to have its port before it is back. */
  async function takePort(colony: Supervised, { daemon, offset }: (typeof PORTS)[number]): Promise<Server> {
    for (;;) {
      await until('it has a process', () => colony.signal(daemon, 'SIGKILL'), LIMIT_MS);
      for (let tries = 0; tries < 100; tries += 1) {
        const server = await squat(colony.config.portBase + offset);
        if (server !== undefined) return server;
        await setTimeout(1);
      }
    }
  }

  it('is refused with who has it while the colony starts, which starts as soon as it is free', async () => {
    const home = mkdtempSync(join(tmpdir(), 'kloros-test-'));
    const portBase = await freePortBase();
    const overrides = { home, portBase, capabilitiesPath: join(home, 'capabilities.yaml') };
    for (const offset of [0, 1, 3, 6]) {
      const server = (await squat(portBase + offset))!;
      const start = startSupervised({ overrides, only: ['chemical_bus', 'capability_integrator_daemon'] });
      await expect(start).rejects.toMatchObject({
        code: 'PORT_TAKEN',
        why: expect.stringContaining(String(process.pid)) as string,
      });
      await leave(server);
    }
    world = await startSupervised({ overrides, only: ['chemical_bus', 'capability_integrator_daemon'] });
    await world.bus.emit([signalOf('Q_A')]);
    rmSync(home, { recursive: true, force: true });
  });

  it('while its daemon is away delays the colony, and neither loses nor doubles anything', async () => {
    world = await startSupervised();
    const colony = world;
    const random = seededRandom(SEED);
    const startedMs = performance.now();
    const questions = new Questions(colony);
    const flowMs = await questions.warmUp(2);
    let refusals = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const port of PORTS) {
        await questions.round(async () => {
          await setTimeout(random() * flowMs);
          const before = colony.transitions.length;
          const server = await takePort(colony, port);
          const refused = () =>
            colony.transitions
              .slice(before)
              .filter(({ name, why }) => name === port.daemon && why?.includes('cannot be bound') === true).length;
          await until('it has been refused', () => refused() > 0, LIMIT_MS);
          await leave(server);
          refusals += refused();
        });
      }
    }
    const subscriber = new Subscriber({ linger: 0 });
    subscriber.connect(endpointsOf(colony.config).xpub);
    subscriber.subscribe('Q_HEARD');
    const heard = subscriber.receive();
    let isHeard = false;
    void heard.then(() => (isHeard = true));
    await until('a subscriber hears the hub again', async () => {
      await colony.bus.emit([signalOf('Q_HEARD')]);
      return isHeard;
    });
    subscriber.close();
    await questions.expectExactlyOnce();
    printFigures('ports', {
      seed: SEED,
      taken: ROUNDS * PORTS.length,
      refusals,
      intents: questions.intents,
      lost: 0,
      duplicated: 0,
      seconds: rounded((performance.now() - startedMs) / 1000),
    });
  });
});
