import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  enterMaintenance,
  leaveMaintenance,
  maintenanceAt,
  removeFinished,
} from '../../../src/lib/maintenance/mode.js';

const NOW_MS = Date.UTC(2026, 10, 25, 12);
const HOUR_MS = 3_600_000;

let home: string;
let path: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kloros-maintenance-'));
  path = join(home, 'maintenance_mode');
});
afterEach(() => rmSync(home, { recursive: true }));

describe('maintenance', () => {
  it('is off where there is no file', () => {
    expect(maintenanceAt(path, NOW_MS)).toBeUndefined();
  });

  it.each([
    ['empty', '', null],
    ['text of a person', '  moving the disk\n', 'moving the disk'],
    ['text that looks like JSON', '{"reason": ', '{"reason":'],
    ['JSON of somebody else', '{"enabled": true}', null],
    ['JSON that is no object', 'null', 'null'],
    ['a number', '17', null],
  ])('is on while a tool keeps a file there: %s', (_what, text, reason) => {
    writeFileSync(path, text);
    expect(maintenanceAt(path, NOW_MS)).toMatchObject({ reason, untilMs: null });
  });

  it('is on where the file is a folder', () => {
    mkdirSync(path);
    expect(maintenanceAt(path, NOW_MS)).toMatchObject({ untilMs: null });
  });

  it('has the reason and the end that it was entered with, and is over at its end', async () => {
    await enterMaintenance(path, { reason: 'upgrade', sinceMs: NOW_MS, untilMs: NOW_MS + HOUR_MS });
    expect(maintenanceAt(path, NOW_MS)).toMatchObject({ reason: 'upgrade', untilMs: NOW_MS + HOUR_MS });
    expect(maintenanceAt(path, NOW_MS + HOUR_MS)).toBeUndefined();
  });

  it('leaves no file behind when it is left', async () => {
    await enterMaintenance(path, { reason: null, sinceMs: NOW_MS, untilMs: null });
    await leaveMaintenance(path);
    expect(existsSync(path)).toBe(false);
  });

  it('has its file removed when it is over, and not a moment earlier', async () => {
    await enterMaintenance(path, { reason: null, sinceMs: NOW_MS, untilMs: NOW_MS + HOUR_MS });
    expect(await removeFinished(path, NOW_MS + HOUR_MS - 1)).toBe(false);
    expect(await removeFinished(path, NOW_MS + HOUR_MS)).toBe(true);
    expect(existsSync(path)).toBe(false);
  });

  it('keeps the file of a tool that named no end', async () => {
    writeFileSync(path, '');
    expect(await removeFinished(path, NOW_MS)).toBe(false);
    expect(existsSync(path)).toBe(true);
  });
});
