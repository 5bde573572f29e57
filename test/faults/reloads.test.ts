import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { systemClock } from '../../src/lib/base/clock.js';
import type { Bus } from '../../src/lib/bus/bus.js';
import { openBus } from '../../src/lib/bus/open-bus.js';
import type { Config } from '../../src/lib/config/schema.js';
import type { Reloaded } from '../../src/lib/keeping/reload.js';
import { removeHome, silentLog, temporaryConfig, until } from '../helpers/colony.js';
import { kloros } from '../helpers/cli.js';
import { campaign, printFigures } from '../helpers/figures.js';
import { signalOf } from '../helpers/signals.js';
import { startUp, type Up } from '../helpers/up.js';

const RELOADS = campaign('RELOADS', { bounded: 20, full: 200 });
const BATCH = 20;

describe('a whole colony that reads its settings anew again and again under load', () => {
  let config: Config;
  let colony: Up;
  let bus: Bus;
  let isLoaded: boolean;
  let load: Promise<void>;
  let emitted: number;
  beforeEach(async () => {
    config = await temporaryConfig();
    const { home, ...settings } = config;
    for (const root of config.sourceRoots) mkdirSync(root, { recursive: true });
    writeFileSync(join(home, 'config.yaml'), stringify(settings));
    colony = startUp({ KLOROS_HOME: home });
    await colony.ready();
    bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'load' });
    [isLoaded, emitted] = [true, 0];
    load = keepEmitting();
  });
  afterEach(async () => {
    isLoaded = false;
    await load;
    await bus.close();
    await colony.end('SIGTERM');
    removeHome(config);
  });

  async function keepEmitting(): Promise<void> {
    while (isLoaded) {
      await bus.emit(Array.from({ length: BATCH }, () => signalOf('HEARTBEAT')));
      emitted += BATCH;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  const reload = async () => {
    const { code, stdout } = await kloros(['daemon', 'reload', '--all', '--json'], {
      env: { KLOROS_HOME: config.home },
    });
    return { code, reloads: (JSON.parse(stdout) as { result: { reloads: Reloaded[] } }).result.reloads };
  };
  const ends = () => colony.events.filter(({ state }) => state === 'BACKOFF' || state === 'FATAL');

  it('keeps every process, and says of each daemon that it has the new settings', async () => {
    for (let done = 0; done < RELOADS; done += 1) {
      const { code, reloads } = await reload();
      expect(reloads.filter(({ outcome }) => outcome !== 'reloaded')).toEqual([]);
      expect(code).toBe(0);
    }
    expect(ends(), colony.stderr().slice(-4000)).toEqual([]);
    printFigures('reloads', { reloads: RELOADS, emitted });
  });

  it('says who could not take up a port that somebody else has, and goes on with the one from before', async () => {
    const taken = await temporaryConfig();
    const holder = await openBus({ config: taken, clock: systemClock, log: silentLog, name: 'holder', portOffset: 3 });
    const settings = { ...config, home: undefined, portBase: taken.portBase, hub: hubOf(config) };
    writeFileSync(join(config.home, 'config.yaml'), stringify(settings));
    const { code, reloads } = await reload();
    const refused = reloads.filter(({ outcome }) => outcome !== 'reloaded');
    expect(refused).toMatchObject([
      {
        name: 'capability_integrator_daemon',
        outcome: 'refused',
        why: expect.stringContaining('cannot be bound') as string,
      },
    ]);
    expect(code).toBe(1);
    await holder.close();
    await until('it takes it up when the port is free', async () => (await reload()).code === 0);
    expect(ends(), colony.stderr().slice(-4000)).toEqual([]);
    removeHome(taken);
  });

  /** The hub stays where it is. */
  function hubOf({ host, portBase }: Config) {
    const at = (offset: number) => `tcp://${host}:${portBase + offset}`;
    return { xsub: at(0), xpub: at(1), router: at(6) };
  }
});
