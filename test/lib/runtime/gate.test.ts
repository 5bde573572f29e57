import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/lib/base/clock.js';
import type { Pause } from '../../../src/lib/bus/bus.js';
import { Gate } from '../../../src/lib/runtime/gate.js';
import { silentLog } from '../../helpers/colony.js';

const LOOK_MS = 1_000;
const OPEN_LOOK_MS = 4_000;

describe('a gate', () => {
  let folder: string;
  let pause: Pause | undefined;
  let looks: number;
  let gate: Gate;
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    folder = mkdtempSync(join(tmpdir(), 'kloros-gate-'));
    [pause, looks] = [undefined, 0];
    gate = await Gate.opened({
      name: 'some_daemon',
      bus: {
        pauseOf: () => {
          looks += 1;
          return Promise.resolve(pause);
        },
      },
      maintenancePath: join(folder, 'maintenance_mode'),
      clock: systemClock,
      log: silentLog,
      lookMs: LOOK_MS,
    });
  });
  afterEach(() => {
    gate.close();
    vi.useRealTimers();
    rmSync(folder, { recursive: true });
  });
  const passTime = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  it('looks by itself only when nobody has looked for a while', async () => {
    for (let claims = 0; claims < 5; claims += 1) {
      await passTime(OPEN_LOOK_MS / 2);
      await gate.look();
    }
    expect(looks).toBe(6);
    await passTime(OPEN_LOOK_MS);
    expect(looks).toBe(7);
    await passTime(2 * OPEN_LOOK_MS);
    expect(looks).toBe(9);
  });

  it('lets those pass who wait, once the pause is over', async () => {
    pause = { by: 'operator', reason: null, sinceMs: 0 };
    let hasPassed = false;
    const passing = gate.passed(new AbortController().signal).then(() => (hasPassed = true));
    await passTime(2 * LOOK_MS);
    expect({ looks, hasPassed, isShut: gate.isShut }).toEqual({ looks: 4, hasPassed: false, isShut: true });
    pause = undefined;
    await passTime(LOOK_MS);
    await passing;
    expect(gate.isShut).toBe(false);
  });

  it('shuts while the file of maintenance is there, and tells those who work', async () => {
    let changes = 0;
    gate.onChange(() => (changes += 1));
    writeFileSync(join(folder, 'maintenance_mode'), '');
    await passTime(OPEN_LOOK_MS);
    expect({ changes, isShut: gate.isShut }).toEqual({ changes: 1, isShut: true });
  });

  it('looks no more once it is closed', async () => {
    gate.close();
    await gate.look();
    await passTime(5 * LOOK_MS);
    expect(looks).toBe(2);
  });
});
