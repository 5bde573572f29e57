/** How retries are paced. */
export interface BackoffOptions {
  backoffMs: number;
  maxBackoffMs: number;
}

/** Pause before the attempt after this one: doubles each time, with up to half of it as jitter, so that failures spread. */
export function backoffDelayMs(attempt: number, options: BackoffOptions, random: () => number): number {
  const fullMs = Math.min(options.maxBackoffMs, options.backoffMs * 2 ** (attempt - 1));
  return Math.round(fullMs * (1 - random() / 2));
}
