import { afterAll, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/base/clock.js';
import { openBus } from '../../../src/lib/bus/open-bus.js';
import { openHub } from '../../../src/lib/bus/open-hub.js';
import { heldBackText } from '../../../src/lib/cli/held-back.js';
import { removeHome, silentLog, temporaryConfig } from '../../helpers/colony.js';

const STARTED = { members: [{ name: 'winner_deployer_daemon' }], hub: 'chemical_bus' };

const config = await temporaryConfig();
const at = { config, clock: systemClock, log: silentLog };
afterAll(() => removeHome(config));

it('says that nobody can listen or is woken where no hub runs, and nothing where one does', async () => {
  expect(await heldBackText(config, STARTED)).toEqual([expect.stringContaining('No hub runs in this home')]);
  const hub = await openHub({ ...at, name: 'chemical_bus', ownPortOffsets: [] });
  expect(await heldBackText(config, STARTED)).toEqual([]);
  const bus = await openBus({ ...at, name: 'test' });
  await bus.setPaused(['winner_deployer_daemon'], { by: 'operator', reason: null, sinceMs: systemClock.nowMs() });
  expect(await heldBackText(config, STARTED)).toEqual([expect.stringContaining('kloros daemon resume lets it go on')]);
  await bus.close();
  await hub.close();
});
