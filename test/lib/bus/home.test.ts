import { cpSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/base/clock.js';
import type { Bus } from '../../../src/lib/bus/bus.js';
import { adoptHomeOf, homeStanding, requireAdopted } from '../../../src/lib/bus/home.js';
import { openBus } from '../../../src/lib/bus/open-bus.js';
import type { Config } from '../../../src/lib/config/schema.js';
import { removeHome, silentLog, temporaryConfig } from '../../helpers/colony.js';
import { signalOf } from '../../helpers/signals.js';

const HEARS = { hears: ['Q_A'], from: 'beginning', maxAttempts: 5, ordered: false, urgentFirst: false } as const;

describe('a copy of a live home', () => {
  let config: Config;
  let copied: Config;
  let original: Bus;
  const join = (of: Config, name: string, role?: string) =>
    openBus({ config: of, clock: systemClock, log: silentLog, name, ...(role === undefined ? {} : { role }) });

  beforeEach(async () => {
    config = await temporaryConfig();
    const home = `${config.home}-copy`;
    copied = { ...config, home, capabilitiesPath: config.capabilitiesPath.replace(config.home, home) };
    original = await join(config, 'worker', 'daemon:worker');
    const consumer = await original.consumer({ name: 'worker', ...HEARS });
    await original.emit([signalOf('Q_A')]);
    expect(await consumer.claim(1)).toHaveLength(1);
    cpSync(config.home, home, { recursive: true });
  });
  afterEach(async () => {
    await original.close();
    removeHome(config);
    rmSync(copied.home, { recursive: true, force: true });
  });

  it('has its roles and leases free and its daemons paused, until it is adopted and not by a resume', async () => {
    const worker = await join(copied, 'worker', 'daemon:worker');
    try {
      const consumer = await worker.consumer({ name: 'worker', ...HEARS });
      await worker.setPaused(null, null);
      await worker.setPaused(['worker'], null);
      expect(await worker.pauseOf('worker')).toMatchObject({ lift: 'kloros home adopt' });
      expect(await consumer.claim(1)).toEqual([]);
      expect(() => requireAdopted(copied)).toThrow(expect.objectContaining({ code: 'HOME_NOT_ADOPTED' }));
      await adoptHomeOf(copied, silentLog);
      expect(homeStanding(copied).isPaused).toBe(false);
      expect(await worker.pauseOf('worker')).toBeUndefined();
      expect(await consumer.claim(1)).toHaveLength(1);
      requireAdopted(copied);
    } finally {
      await worker.close();
    }
  });

  it('is no longer paused after another start, once it was adopted before its first', async () => {
    await adoptHomeOf(copied, silentLog);
    const worker = await join(copied, 'worker', 'daemon:worker');
    expect(await worker.pauseOf('worker')).toBeUndefined();
    await worker.close();
    expect(homeStanding(copied)).toMatchObject({ isPaused: false, home: { adopted: true } });
  });

  it('pauses a home also where the journal alone is another’s', async () => {
    await (await join(copied, 'operator')).close();
    const third = await temporaryConfig();
    await (await join(third, 'operator')).close();
    rmSync(`${third.home}/journal`, { recursive: true });
    cpSync(`${copied.home}/journal`, `${third.home}/journal`, { recursive: true });
    const operator = await join(third, 'operator');
    expect(await operator.pauseOf('worker')).toMatchObject({ lift: 'kloros home adopt' });
    await operator.close();
    removeHome(third);
  });
});
