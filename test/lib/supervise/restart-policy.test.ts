import { describe, expect, it } from 'vitest';
import { DEFAULT_RESTART_POLICY, restartDelayMs } from '../../../src/lib/supervise/restart-policy.js';
import fc from '../../helpers/property.js';

const delayAfter = (starts: number[], nowMs: number, random = 0.5) =>
  restartDelayMs(DEFAULT_RESTART_POLICY, { startsMs: starts, nowMs }, () => random);

describe('the restart policy', () => {
  it('doubles the pause with every start of the last minute', () => {
    expect([1, 2, 3, 4].map((count) => delayAfter(Array<number>(count).fill(0), 10))).toEqual([250, 500, 1_000, 2_000]);
  });

  it('gives up at the fifth start within the minute', () => {
    expect(delayAfter([0, 1, 2, 3, 4], 5)).toBeUndefined();
  });

  it('forgets starts that are older than the window', () => {
    expect(delayAfter([0, 1, 2, 3, 59_000], 60_500)).toBe(250);
  });

  it('spreads the pause by a quarter either way and never beyond its limits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(59_999), { maxLength: 4 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (starts, random) => {
          const delayMs = delayAfter(starts, 60_000, random) ?? 0;
          expect(delayMs).toBeGreaterThanOrEqual(187);
          expect(delayMs).toBeLessThanOrEqual(DEFAULT_RESTART_POLICY.maxMs * 1.25);
        },
      ),
    );
  });
});
