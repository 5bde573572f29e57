import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ageClock, believedMs, type Moment } from '../../../src/lib/base/seen-time.js';
import fc from '../../helpers/property.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const START: Moment = { wallMs: 1_000 * DAY_MS, uptimeMs: 0, bootId: 'one' };

describe('the time by which something is old', () => {
  let folder: string;
  let now: Moment;
  const clock = () => ageClock(join(folder, 'seen-time.json'), { nowMs: () => now.wallMs }, () => now);
  const pass = (ms: number) => (now = { ...now, wallMs: now.wallMs + ms, uptimeMs: now.uptimeMs + ms });
  const run = (minutes: number) => {
    for (let minute = 0; minute < minutes; minute += 1) {
      pass(MINUTE_MS);
      clock().keep();
    }
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kloros-seen-'));
    now = START;
    clock().keep();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is that of the wall clock while this is right', () => {
    run(30);
    expect(clock().nowMs()).toBe(now.wallMs);
  });

  it('is hardly changed by a wall clock that is 62 days ahead for 13 minutes, and right again after', () => {
    run(10);
    const before = now.wallMs;
    now = { ...now, wallMs: now.wallMs + 62 * DAY_MS };
    run(13);
    expect(clock().nowMs() - before).toBeLessThanOrEqual(26 * MINUTE_MS);
    now = { ...now, wallMs: now.wallMs - 62 * DAY_MS };
    run(30);
    expect(clock().nowMs()).toBe(now.wallMs);
  });

  it('does not go beyond a day for a machine that starts with a wrong clock', () => {
    now = { wallMs: START.wallMs + 300 * DAY_MS, uptimeMs: 5_000, bootId: 'two' };
    expect(clock().nowMs()).toBe(START.wallMs + DAY_MS);
  });

  it('catches up where the machine was off for long, while it runs', () => {
    now = { wallMs: START.wallMs + 40 * DAY_MS, uptimeMs: 5_000, bootId: 'two' };
    clock().keep();
    for (let day = 0; day < 40; day += 1) {
      pass(DAY_MS);
      clock().keep();
    }
    expect(clock().nowMs()).toBe(now.wallMs);
  });

  it('is never ahead of the wall clock, nor of what was seen by more than twice what has passed', () => {
    const moment = fc.record({ wallMs: fc.nat(1e12), uptimeMs: fc.nat(1e12), bootId: fc.constant('one') });
    fc.assert(
      fc.property(moment, fc.record({ seenMs: fc.nat(1e12), uptimeMs: fc.nat(1e12) }), (at, seen) => {
        const believed = believedMs({ ...seen, bootId: 'one' }, at);
        expect(believed).toBeLessThanOrEqual(at.wallMs);
        expect(believed - seen.seenMs).toBeLessThanOrEqual(2 * Math.max(0, at.uptimeMs - seen.uptimeMs));
      }),
    );
  });
});
