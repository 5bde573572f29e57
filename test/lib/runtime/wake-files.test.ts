import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WakeFiles } from '../../../src/lib/runtime/wake-files.js';
import { silentLog } from '../../helpers/colony.js';

describe('wake files', () => {
  let home: string;
  let nowMs: number;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'kloros-wake-'));
    nowMs = 1_000;
  });
  afterEach(() => rmSync(home, { recursive: true }));
  const written = () => (existsSync(join(home, 'wake')) ? readdirSync(join(home, 'wake')) : []);
  const open = (due: () => string[]) =>
    new WakeFiles({
      due,
      folder: join(home, 'wake'),
      maintenancePath: join(home, 'maintenance_mode'),
      clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
      log: silentLog,
    });

  it('name who has something to do, however often something is said', () => {
    let asked = 0;
    const files = open(() => (asked++, ['router']));
    for (let said = 0; said < 100; said += 1) files.look();
    expect([written(), asked]).toEqual([['router'], 1]);
    nowMs += 100;
    files.look();
    expect(asked).toBe(2);
    files.close();
  });

  it('are not written in maintenance, since nobody would take up anything', () => {
    writeFileSync(join(home, 'maintenance_mode'), '');
    const files = open(() => ['router']);
    files.look();
    expect(written()).toEqual([]);
    files.close();
  });

  it('wait for the next look where the journal cannot be read', () => {
    const files = open(() => {
      throw new Error('busy');
    });
    files.look();
    expect(written()).toEqual([]);
    files.close();
  });
});
