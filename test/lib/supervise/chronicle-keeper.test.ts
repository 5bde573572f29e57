import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/base/clock.js';
import type { CheckResult, HealthCheck, HealthView } from '../../../src/lib/health/check.js';
import { daemons } from '../../../src/lib/health/checks/daemons.js';
import { restarts } from '../../../src/lib/health/checks/restarts.js';
import { uptime } from '../../../src/lib/health/checks/uptime.js';
import { standingOf } from '../../../src/lib/health/standing.js';
import { ChronicleKeeper } from '../../../src/lib/supervise/chronicle-keeper.js';
import { readChronicle } from '../../../src/lib/supervise/chronicle.js';
import { startColony, type Colony } from '../../../src/lib/supervise/colony.js';
import { removeHome, silentLog, temporaryConfig, until } from '../../helpers/colony.js';
import { PATIENT } from '../../helpers/supervised.js';

const CHILD = fileURLToPath(new URL('../../fixtures/processes/child.mjs', import.meta.url));
const MEMBERS = [{ name: 'router' }, { name: 'monitor' }];

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kloros-chronicle-'));
  path = join(folder, 'run', 'supervisor.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

async function keeperOf(): Promise<ChronicleKeeper> {
  return ChronicleKeeper.open({ path, members: MEMBERS, clock: systemClock, log: silentLog });
}

async function colonyOf(keeper: ChronicleKeeper): Promise<Colony> {
  const colony = await startColony({
    members: MEMBERS,
    commandOf: (name) => ({ command: process.execPath, args: [CHILD, join(folder, 'trail'), name], env: process.env }),
    clock: systemClock,
    random: () => 0.5,
    policy: PATIENT,
    onLine: () => undefined,
    onTransition: (transition) => keeper.note(transition),
  });
  await keeper.begin();
  return colony;
}

async function killOften(colony: Colony, times: number): Promise<void> {
  const router = () => colony.statuses()[0]!;
  for (let starts = router().starts; starts <= times; starts += 1) {
    await until('it runs', () => router().state === 'RUNNING');
    process.kill(router().pid!, 'SIGKILL');
    await until('it was started again', () => router().starts > starts && router().state === 'RUNNING');
  }
}

async function check(one: HealthCheck): Promise<CheckResult> {
  const config = await temporaryConfig();
  removeHome(config);
  const chronicle = await readChronicle(path);
  const standing = async () =>
    standingOf({ members: MEMBERS, attendants: [], chronicle, units: undefined, nowMs: Date.now() });
  return one.run({ config, clock: systemClock, log: silentLog, standing } as unknown as HealthView);
}

describe('the chronicle of a colony', () => {
  it('counts a daemon that was killed six times, which is more than a day should bring', async () => {
    const keeper = await keeperOf();
    const colony = await colonyOf(keeper);
    try {
      await killOften(colony, 1);
      await until('it is written', async () => (await readChronicle(path))?.daemons[0]?.restarts.length === 1);
      expect(await check(restarts)).toMatchObject({ status: 'WARNING' });
      await killOften(colony, 6);
      await until('it is written', async () => (await readChronicle(path))?.daemons[0]?.restarts.length === 6);
      const often = await check(restarts);
      expect(often).toMatchObject({ status: 'CRITICAL', why: expect.stringContaining('router 6 in a week') as string });
      expect(often.why).toContain('it was ended by SIGKILL');
      const ups = (await check(uptime)).figures.filter(({ name }) => name === 'percent').map(({ value }) => value);
      expect(ups[0]).toBeLessThan(100);
      expect(ups[1]).toBe(100);
      await until('it is written that all run', async () => (await check(daemons)).status === 'OK');
      expect(await check(daemons)).toMatchObject({ why: '2 of 2 run, kept by kloros up' });
    } finally {
      await colony.stop();
      await keeper.close();
    }
    expect(await check(daemons)).toMatchObject({
      status: 'CRITICAL',
      why: expect.stringContaining('not router') as string,
    });
  });

  it('remembers restarts beyond the life of one supervisor', async () => {
    for (const expected of [1, 2]) {
      const keeper = await keeperOf();
      const colony = await colonyOf(keeper);
      await killOften(colony, 1);
      await colony.stop();
      await keeper.close();
      expect((await readChronicle(path))?.daemons[0]?.restarts).toHaveLength(expected);
    }
  });

  it('is not touched by a colony that never became ready', async () => {
    const keeper = await keeperOf();
    keeper.note({ name: 'router', state: 'STARTING', pid: 1 });
    await keeper.close();
    expect(existsSync(path)).toBe(false);
  });

  it('that cannot be read is as good as none', async () => {
    const keeper = await keeperOf();
    await keeper.begin();
    expect(await readChronicle(path)).toBeDefined();
    await keeper.close();
    writeFileSync(path, '{"half');
    expect(await readChronicle(path)).toBeUndefined();
    writeFileSync(path, '{}');
    expect(await readChronicle(path)).toBeUndefined();
  });
});
