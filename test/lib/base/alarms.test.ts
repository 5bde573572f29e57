import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alarmOf, Alarms, clearAlarm, setAlarm } from '../../../src/lib/base/alarms.js';

describe('alarms of daemons that rest', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kloros-alarms-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  /** Both clocks, the wall clock being ahead by so much. */
  const at = (uptimeMs: number, aheadMs = 0, boot = 'boot') => ({ wallMs: uptimeMs + aheadMs, boot, uptimeMs });
  const due = (nowMs: number) => new Alarms(folder).due(at(nowMs));
  const setFor = (atMs: number) => setAlarm(folder, 'engine', { atMs, now: at(0) });

  it('are due from their time on, until they are taken back', async () => {
    await setFor(2_000);
    expect([due(1_999), due(2_000)]).toEqual([[], ['engine']]);
    expect([alarmOf(folder, 'engine', at(1)), alarmOf(folder, 'other', at(1))]).toEqual([2_000, undefined]);
    await clearAlarm(folder, 'engine');
    await clearAlarm(folder, 'engine');
    expect(due(2_000)).toEqual([]);
  });

  it('are due at once where nobody can read their time', () => {
    writeFileSync(join(folder, 'engine'), 'soon');
    expect(due(0)).toEqual(['engine']);
  });

  it.each([31_536_000_000, -31_536_000_000])(
    'ring when their time has passed where the wall clock is set by %i ms',
    async (aheadMs) => {
      await setFor(3_600_000);
      const ringing = (uptimeMs: number) => new Alarms(folder).due(at(uptimeMs, aheadMs));
      expect([ringing(3_599_999), ringing(3_600_000)]).toEqual([[], ['engine']]);
      expect(alarmOf(folder, 'engine', at(1, aheadMs))).toBe(3_600_000 + aheadMs);
    },
  );

  it('ring by the wall clock after another start of the machine', async () => {
    await setFor(3_600_000);
    expect(new Alarms(folder).due(at(5, 3_599_000, 'other'))).toEqual([]);
    expect(new Alarms(folder).due(at(5, 3_600_000, 'other'))).toEqual(['engine']);
  });

  it('are due once where a cleaner took them away, since nobody knows their time any more', async () => {
    const alarms = new Alarms(folder);
    await setFor(2_000);
    expect(alarms.due(at(0))).toEqual([]);
    rmSync(folder, { recursive: true });
    expect([alarms.due(at(0)), alarms.due(at(0))]).toEqual([['engine'], []]);
  });
});
