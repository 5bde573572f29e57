import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alarmOf, Alarms, clearAlarm, setAlarm } from '../../../src/lib/base/alarms.js';

describe('alarms of daemons that rest', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kloros-alarms-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const due = (nowMs: number) => new Alarms(folder).due(nowMs);

  it('are due from their time on, until they are taken back', async () => {
    await setAlarm(folder, 'engine', 2_000);
    expect([due(1_999), due(2_000)]).toEqual([[], ['engine']]);
    expect([alarmOf(folder, 'engine'), alarmOf(folder, 'other')]).toEqual([2_000, undefined]);
    await clearAlarm(folder, 'engine');
    await clearAlarm(folder, 'engine');
    expect(due(2_000)).toEqual([]);
  });

  it('are due at once where nobody can read their time', () => {
    writeFileSync(join(folder, 'engine'), 'soon');
    expect(due(0)).toEqual(['engine']);
  });

  it('are due once where a cleaner took them away, since nobody knows their time any more', async () => {
    const alarms = new Alarms(folder);
    await setAlarm(folder, 'engine', 2_000);
    expect(alarms.due(0)).toEqual([]);
    rmSync(folder, { recursive: true });
    expect([alarms.due(0), alarms.due(0)]).toEqual([['engine'], []]);
  });
});
