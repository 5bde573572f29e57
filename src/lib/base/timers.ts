/** The longest time that setTimeout can hold, 24.8 days; it takes what is longer for one millisecond. */
export const LONGEST_MS = 2_147_483_647;

/** A timer that can be ended. */
export interface Timer {
  clear(): void;
  /** It keeps no process alive. */
  unref(): Timer;
}

/** Runs something once, after a time of any length. */
export function after(ms: number, run: () => void): Timer {
  let isLight = false;
  let handle: NodeJS.Timeout;
  const wait = (leftMs: number): void => {
    const next = leftMs > LONGEST_MS ? () => wait(leftMs - LONGEST_MS) : run;
    handle = setTimeout(next, Math.min(leftMs, LONGEST_MS));
    if (isLight) handle.unref();
  };
  wait(ms);
  const timer: Timer = {
    clear: () => clearTimeout(handle),
    unref: () => {
      isLight = true;
      handle.unref();
      return timer;
    },
  };
  return timer;
}

/** Runs something again and again; what is to run more seldom than every 24 days runs so often. */
export function every(ms: number, run: () => void): NodeJS.Timeout {
  return setInterval(run, Math.min(ms, LONGEST_MS));
}

/** Resolves after a time of any length, or at once on abort. */
export function sleep(ms: number, abort?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (abort?.aborted) return resolve();
    const end = (): void => {
      timer.clear();
      abort?.removeEventListener('abort', end);
      resolve();
    };
    const timer = after(ms, end);
    abort?.addEventListener('abort', end, { once: true });
  });
}

/**
 * As AbortSignal.timeout, for a time of any length, and kept until it is over: nothing holds Node's own one but who has it,
 * and one that stands in AbortSignal.any() alone is collected as garbage and never fires.
 */
export function timeoutSignal(ms: number): AbortSignal {
  const over = new AbortController();
  after(Math.max(0, ms), () =>
    over.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
  ).unref();
  return over.signal;
}
