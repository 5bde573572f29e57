import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { daemons } from '../../src/daemons/index.js';
import { systemClock } from '../../src/lib/base/clock.js';
import { openBus } from '../../src/lib/bus/open-bus.js';
import type { Config } from '../../src/lib/config/schema.js';
import { runDaemon } from '../../src/lib/runtime/run-daemon.js';
import { silentLog, temporaryConfig } from '../helpers/colony.js';
import { startColony } from '../helpers/run.js';
import { signalOf } from '../helpers/signals.js';
import { makeSmallDisk, whyNoSmallDisk, type SmallDisk } from '../helpers/small-disk.js';

const why = whyNoSmallDisk();
if (why !== undefined) console.warn(`Skipped: ${why}`);

const REFUSAL = {
  code: 'JOURNAL_NOT_WRITABLE',
  why: expect.stringMatching(/read-?only/i) as string,
  next: expect.arrayContaining([expect.stringContaining('KLOROS_HOME')]) as string[],
};

describe.skipIf(why !== undefined)('a home that is read-only', () => {
  let disk: SmallDisk;
  let home: string;
  let config: Config;
  const open = () => openBus({ config, clock: systemClock, log: silentLog, name: 'test' });

  beforeEach(async () => {
    disk = makeSmallDisk(64);
    home = join(disk.folder, 'home');
    mkdirSync(home);
    config = await temporaryConfig({ home, capabilitiesPath: join(home, 'capabilities.yaml') });
  });
  afterEach(() => disk.end());

  it('is refused by every daemon with what to do now, where there is no journal yet', async () => {
    disk.readOnly(true);
    const options = { config, clock: systemClock, log: silentLog, random: Math.random };
    for (const daemon of daemons)
      await expect(runDaemon(daemon, options)).rejects.toMatchObject({ code: 'JOURNAL_NOT_WRITABLE' });
  });

  it('is refused where there is a journal, which goes on unharmed when the home can be written again', async () => {
    const colony = await startColony({ home, capabilitiesPath: config.capabilitiesPath });
    const signal = signalOf('Q_A');
    await colony.bus.emit([signal]);
    await colony.leave();
    disk.readOnly(true);
    await expect(open()).rejects.toMatchObject(REFUSAL);

    disk.readOnly(false);
    const bus = await open();
    expect((await bus.find(signal.id))?.signal).toEqual(signal);
    await bus.emit([signalOf('Q_B')]);
    await bus.close();
  });
});
