/** When a process that ended is started again, and how long it may take to start and to stop. */
export interface RestartPolicy {
  /** Pause after the first start within the window; doubles with each further one. */
  baseMs: number;
  maxMs: number;
  /** So many starts within the window, and it is given up. */
  maxStarts: number;
  windowMs: number;
  /** A start that is not ready by then is ended. */
  readyTimeoutMs: number;
  /** A stop that is not over by then is forced. */
  stopTimeoutMs: number;
}

/** Five starts in a minute, a quarter of a second to eight seconds apart. */
export const DEFAULT_RESTART_POLICY: RestartPolicy = {
  baseMs: 250,
  maxMs: 8_000,
  maxStarts: 5,
  windowMs: 60_000,
  readyTimeoutMs: 30_000,
  stopTimeoutMs: 10_000,
};

/** When a process was started, and what time it is now; monotonic milliseconds. */
export interface StartHistory {
  startsMs: readonly number[];
  nowMs: number;
}

/** Milliseconds to wait before the next start, jittered by ±25 % (random is 0 ≤ x < 1); undefined: give up. */
export function restartDelayMs(policy: RestartPolicy, history: StartHistory, random: () => number): number | undefined {
  const recent = history.startsMs.filter((startMs) => history.nowMs - startMs < policy.windowMs).length;
  if (recent >= policy.maxStarts) return undefined;
  const pauseMs = Math.min(policy.maxMs, policy.baseMs * 2 ** Math.max(0, recent - 1));
  return Math.round(pauseMs * (0.75 + random() / 2));
}
