import { describe, expect, it } from 'vitest';
import {
  afterAttempt,
  afterClaim,
  breakerAt,
  claimable,
  CLOSED,
  type BreakerNews,
  type BreakerState,
} from '../../../src/lib/runtime/breaker.js';

const POLICY = { failures: 3, pauseMs: 100, maxPauseMs: 300 };
const ROOM = 50;

const after = (state: BreakerState, news: BreakerNews, { token = 1, nowMs = 0 } = {}) =>
  afterAttempt(state, { token, news, nowMs }, POLICY);
const failedTimes = (times: number) =>
  Array.from({ length: times }).reduce<BreakerState>((state) => after(state, 'machine failed'), CLOSED);
const probing = (token: number) => afterClaim(breakerAt(failedTimes(3), 100), token);

describe('a closed breaker', () => {
  it('lets everything through, also after failures that are fewer than it takes', () => {
    expect(claimable(failedTimes(2), ROOM)).toBe(ROOM);
  });

  it('counts failures in a row only', () => {
    const worked = after(failedTimes(2), 'machine worked');
    expect(after(worked, 'machine failed')).toEqual({ kind: 'closed', failures: 1 });
  });

  it('counts nothing for an attempt that decided nothing', () => {
    expect(after(failedTimes(2), 'undecided')).toEqual({ kind: 'closed', failures: 2 });
  });

  it('opens at the failure that is one too many', () => {
    expect(failedTimes(3)).toEqual({ kind: 'open', pauseMs: 100, untilMs: 100 });
  });
});

describe('an open breaker', () => {
  it('lets nothing through until its pause is over, and then one', () => {
    expect(claimable(breakerAt(failedTimes(3), 99), ROOM)).toBe(0);
    expect(claimable(breakerAt(failedTimes(3), 100), ROOM)).toBe(1);
  });

  it.each(['machine failed', 'machine worked'] as const)('heeds nothing that began before: %s', (news) => {
    expect(after(failedTimes(3), news)).toEqual(failedTimes(3));
  });
});

describe('a half-open breaker', () => {
  it('lets no second one through before its probe has ended', () => {
    expect(claimable(probing(7), ROOM)).toBe(0);
  });

  it('goes on looking for a probe while there is nothing to claim', () => {
    expect(claimable(afterClaim(breakerAt(failedTimes(3), 100), undefined), ROOM)).toBe(1);
  });

  it('closes when its probe went through, and heeds no other', () => {
    expect(after(probing(7), 'machine worked', { token: 6 })).toEqual(probing(7));
    expect(after(probing(7), 'machine worked', { token: 7 })).toEqual(CLOSED);
  });

  it('opens for twice as long when its probe fails, up to the longest pause', () => {
    const pauses: number[] = [];
    let state = probing(7);
    for (let nowMs = 1_000; pauses.length < 3; nowMs += 1_000) {
      state = after(state, 'machine failed', { token: 7, nowMs });
      if (state.kind === 'open') pauses.push(state.pauseMs);
      state = afterClaim(breakerAt(state, nowMs + 1_000), 7);
    }
    expect(pauses).toEqual([200, 300, 300]);
  });

  it('probes anew when its probe was given back', () => {
    expect(claimable(after(probing(7), 'undecided', { token: 7 }), ROOM)).toBe(1);
  });
});
