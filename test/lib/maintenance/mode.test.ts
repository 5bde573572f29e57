import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Moment } from '../../../src/lib/base/clock-step.js';
import { systemClock } from '../../../src/lib/base/clock.js';
import {
  enterMaintenance,
  leaveMaintenance,
  maintenanceAt,
  removeFinished,
} from '../../../src/lib/maintenance/mode.js';

const NOW_MS = Date.UTC(2026, 10, 25, 12);
const HOUR_MS = 3_600_000;

/** Both clocks after a time has passed, and after the wall clock was set by another. */
function after(passedMs: number, setByMs = 0): Moment {
  return { wallMs: NOW_MS + passedMs + setByMs, boot: 'one', uptimeMs: 5_000 + passedMs };
}

const at = (passedMs = 0, setByMs = 0) => maintenanceAt(path, systemClock, () => after(passedMs, setByMs));

let home: string;
let path: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kloros-maintenance-'));
  path = join(home, 'maintenance_mode');
});
afterEach(() => rmSync(home, { recursive: true }));

describe('maintenance', () => {
  it('is off where there is no file', () => {
    expect(at()).toBeUndefined();
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
    expect(at()).toMatchObject({ reason, untilMs: null });
  });

  it('is on where the file is a folder', () => {
    mkdirSync(path);
    expect(at()).toMatchObject({ untilMs: null });
  });

  it('has the reason and the end that it was entered with, and is over at its end', async () => {
    await enterMaintenance(path, { reason: 'upgrade', untilMs: NOW_MS + HOUR_MS }, after(0));
    expect(at()).toMatchObject({ reason: 'upgrade', untilMs: NOW_MS + HOUR_MS });
    expect(at(HOUR_MS)).toBeUndefined();
  });

  it.each([-240 * HOUR_MS, 240 * HOUR_MS])('lasts as long though the wall clock is set by %i ms', async (setByMs) => {
    await enterMaintenance(path, { reason: null, untilMs: NOW_MS + HOUR_MS }, after(0));
    expect(at(HOUR_MS - 1, setByMs)).toMatchObject({ untilMs: NOW_MS + HOUR_MS + setByMs });
    expect(at(HOUR_MS, setByMs)).toBeUndefined();
  });

  it('leaves no file behind when it is left', async () => {
    await enterMaintenance(path, { reason: null, untilMs: null }, after(0));
    await leaveMaintenance(path);
    expect(existsSync(path)).toBe(false);
  });

  it('has its file removed when it is over, and not a moment earlier', async () => {
    await enterMaintenance(path, { reason: null, untilMs: NOW_MS + HOUR_MS }, after(0));
    expect(await removeFinished(path, systemClock, () => after(HOUR_MS - 1))).toBe(false);
    expect(await removeFinished(path, systemClock, () => after(HOUR_MS))).toBe(true);
    expect(existsSync(path)).toBe(false);
  });

  it('keeps the file of a tool that named no end', async () => {
    writeFileSync(path, '');
    expect(await removeFinished(path, systemClock)).toBe(false);
    expect(existsSync(path)).toBe(true);
  });
});
