import { describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '../../../../src/lib/base/clock.js';
import { newState } from '../../../../src/lib/dream/cycle/cycle.js';
import { isTimeOver } from '../../../../src/lib/dream/cycle/state.js';

const YEAR_MS = 365 * 86_400_000;
const HOUR_MS = 3_600_000;
const setBy = (ms: number): Clock => ({ ...systemClock, nowMs: () => Date.now() + ms });

describe('the time limit of a cycle', () => {
  it.each([0, YEAR_MS, -YEAR_MS])('is as far away as it was though the wall clock was set by %i ms', (ms) => {
    const request = { cycleId: 'c', triggerId: null, topic: null, reason: 'test', promotions: [] };
    const config = { dream: { matches: 1, minFreeMb: 0, maxLoad: 1, timeLimitMs: HOUR_MS } };
    const begun = newState(request, { config, clock: systemClock, seed: 1 });
    expect(isTimeOver(begun, setBy(ms))).toBe(false);
    expect(isTimeOver({ ...begun, deadlineMs: begun.startedAtMs - HOUR_MS }, setBy(ms))).toBe(true);
  });
});
