/** When a breaker opens, and how long it stays so. */
export interface BreakerPolicy {
  /** Failures of the machine in a row that open it. */
  failures: number;
  /** First pause; doubles with every probe that fails. */
  pauseMs: number;
  maxPauseMs: number;
}

/**
 * Whether the machine below a daemon does its part.
 *
 *   closed     signals flow. Each failure of the machine counts, anything else begins the count anew; with
 *              `failures` in a row it opens.
 *   open       nothing is claimed until `untilMs`. What was running may end, and decides nothing: it began before.
 *   half-open  one signal is claimed as a probe, and no second before it has ended. Is it the machine that fails again,
 *              it opens for twice as long; any other end, be it a failure of the signal's own, closes it. A probe that
 *              was given back (an orderly stop, maintenance) decides nothing, and another is claimed.
 *
 * Monotonic milliseconds are passed in; nothing here reads a clock.
 */
export type BreakerState =
  | { kind: 'closed'; failures: number }
  | { kind: 'open'; untilMs: number; pauseMs: number }
  | { kind: 'half-open'; pauseMs: number; probe: number | null };

/** What became of an attempt, as far as a breaker cares. */
export type BreakerNews = 'machine failed' | 'machine worked' | 'undecided';

/** The state of a daemon that has just started. */
export const CLOSED: BreakerState = { kind: 'closed', failures: 0 };

/** The state at a time: an open one is half-open when its pause is over. */
export function breakerAt(state: BreakerState, nowMs: number): BreakerState {
  if (state.kind !== 'open' || nowMs < state.untilMs) return state;
  return { kind: 'half-open', pauseMs: state.pauseMs, probe: null };
}

/** How many may be claimed of so many: all, one as a probe, or none. */
export function claimable(state: BreakerState, room: number): number {
  if (state.kind === 'closed') return room;
  return state.kind === 'half-open' && state.probe === null ? Math.min(1, room) : 0;
}

/** The state after a claim; a half-open one remembers its probe by the token. */
export function afterClaim(state: BreakerState, token: number | undefined): BreakerState {
  return state.kind === 'half-open' && token !== undefined ? { ...state, probe: token } : state;
}

/** The state after the attempt with this token has ended. */
export function afterAttempt(
  state: BreakerState,
  { token, news, nowMs }: { token: number; news: BreakerNews; nowMs: number },
  policy: BreakerPolicy,
): BreakerState {
  if (state.kind === 'closed') return countedAfter(state.failures, news, { nowMs, policy });
  if (state.kind === 'open' || state.probe !== token) return state;
  if (news === 'undecided') return { ...state, probe: null };
  return news === 'machine worked' ? CLOSED : opened(Math.min(policy.maxPauseMs, state.pauseMs * 2), nowMs);
}

function countedAfter(
  failures: number,
  news: BreakerNews,
  { nowMs, policy }: { nowMs: number; policy: BreakerPolicy },
): BreakerState {
  if (news === 'undecided') return { kind: 'closed', failures };
  if (news === 'machine worked') return CLOSED;
  return failures + 1 < policy.failures ? { kind: 'closed', failures: failures + 1 } : opened(policy.pauseMs, nowMs);
}

function opened(pauseMs: number, nowMs: number): BreakerState {
  return { kind: 'open', pauseMs, untilMs: nowMs + pauseMs };
}
