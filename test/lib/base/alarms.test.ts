import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alarmOf, alarmsDue, clearAlarm, setAlarm } from '../../../src/lib/base/alarms.js';

describe('alarms of daemons that rest', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kloros-alarms-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are due from their time on, until they are taken back', async () => {
    await setAlarm(folder, 'engine', 2_000);
    expect([alarmsDue(folder, 1_999), alarmsDue(folder, 2_000)]).toEqual([[], ['engine']]);
    expect([alarmOf(folder, 'engine'), alarmOf(folder, 'other')]).toEqual([2_000, undefined]);
    await clearAlarm(folder, 'engine');
    await clearAlarm(folder, 'engine');
    expect(alarmsDue(folder, 2_000)).toEqual([]);
  });

  it('are due at once where nobody can read their time', () => {
    writeFileSync(join(folder, 'engine'), 'soon');
    expect(alarmsDue(folder, 0)).toEqual(['engine']);
  });
});
