import { describe, expect, it } from 'vitest';
import { carryOut } from '../../../src/lib/healing/carry-out.js';
import type { RepairDoor } from '../../../src/lib/healing/deed.js';
import type { Facts } from '../../../src/lib/signals/envelope.js';
import { aloneColony } from '../../helpers/alone-colony.js';
import { INVESTIGATOR, rulesFrom, world } from './world.js';

const ALERT = { alert_type: 'drill', severity: 'critical', metric_value: '1', threshold: '0', recommended_action: '' };

/** What is answered to a repair that an earlier attempt had begun, and noted this. */
async function afterBegun(act: object, note: object, door: Partial<RepairDoor>): Promise<Facts | undefined> {
  const when = { event: 'health_critical', alert: 'drill' };
  const colony = world(rulesFrom({ name: 'drill', when, do: { daemon: INVESTIGATOR, ...act } }));
  colony.emit('Q_HEALTH_ALERT', ALERT);
  const started = (await colony.look()).new.find(({ signal }) => signal === 'Q_REPAIR_STARTED')!;
  const { signals } = await carryOut(started, {
    ...{ config: { home: '/h', healing: { enabled: true, alsoSays: [], commands: {} } }, state: colony.state },
    colony: { ...aloneColony(), restart: async () => 'the keeper', ...door },
    clock: { nowMs: () => colony.nowMs, monotonicMs: () => 0 },
    abort: new AbortController().signal,
    begin: async () => note,
  });
  return signals[0]?.facts;
}

describe('a repair that was begun and of whose end nothing is known', () => {
  const running = (...pids: number[]) => ({
    processes: async () => pids.map((pid) => ({ name: INVESTIGATOR, pid, beat: 0, isStopped: false })),
  });
  const restart = (before: number[], now: number[]) =>
    afterBegun({ action: 'restart_daemon' }, before, running(...now));

  it('is made again where the process is the one of before, and counts as made where that is gone', async () => {
    expect(await restart([7], [7])).toMatchObject({ outcome: 'made', detail: 'the keeper restarted it' });
    for (const now of [[], [8]])
      expect(await restart([7], now)).toMatchObject({
        outcome: 'made',
        detail: 'it was restarted, as the monitor was meanwhile',
      });
  });

  it('is made again where the daemon did not run and does not', async () => {
    expect(await restart([], [])).toMatchObject({ detail: 'the keeper restarted it' });
    expect(await restart([], [8])).toMatchObject({ detail: 'it was restarted, as the monitor was meanwhile' });
  });

  it('pauses where the pause of the rule does not stand, and refuses where that of somebody else does', async () => {
    const pause = { action: 'pause_daemon', for: '1m' };
    expect(await afterBegun(pause, {}, {})).toMatchObject({ outcome: 'made', detail: 'paused for 60 s' });
    const pauseOf = async () => ({ by: 'ada', reason: 'a look', sinceMs: 0 });
    expect(await afterBegun(pause, {}, { pauseOf })).toMatchObject({ outcome: 'refused' });
  });

  it('gives back what is stuck still, also nothing', async () => {
    const answer = await afterBegun({ action: 'clear_stuck_lease' }, {}, { clearLeases: async () => 0 });
    expect(answer).toMatchObject({ outcome: 'made', detail: expect.stringContaining('0 more') as string });
  });
});
