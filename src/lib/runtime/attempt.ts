import { after } from '../base/timers.js';
import { KlorosError, LaterError, PermanentError } from '../base/errors.js';
import type { Failure, Outcome } from '../bus/bus.js';
import { failureOf } from './failure.js';
import { isMachineFailure } from './machine-failure.js';
import type { Committable } from './answer.js';

/** One run of a handler. */
export interface AttemptPlan {
  timeoutMs: number;
  /** Time that a handler has to end after it was told to. */
  graceMs: number;
  /** Aborted when the daemon stops and may not wait longer. */
  stopping: AbortSignal;
  retryDelayMs: number;
  run: (abort: AbortSignal) => Promise<Committable>;
}

/**
 * How an attempt ended. `machine`: what the daemon stands on failed, and not the signal.
 * `hung` is a handler that did not end when told to, whose slot nobody may have.
 */
export type AttemptEnd = Outcome | { kind: 'machine'; failure: Failure } | { kind: 'hung' };

/**
 * Runs a handler within its time limit and says how it ended. It never throws.
 * One controller serves the limit and the stop: an `AbortSignal.any` for each of 30,000 attempts a second costs a tenth.
 */
export async function runAttempt(plan: AttemptPlan): Promise<AttemptEnd> {
  const control = new AbortController();
  const stop = () => control.abort(plan.stopping.reason);
  if (plan.stopping.aborted) stop();
  else plan.stopping.addEventListener('abort', stop, { once: true });
  const timer = after(plan.timeoutMs, () => control.abort(timedOut(plan.timeoutMs)));
  try {
    return await Promise.race([conclude(plan, control.signal), hungAfter(control.signal, plan.graceMs)]);
  } finally {
    timer.clear();
    plan.stopping.removeEventListener('abort', stop);
  }
}

async function conclude(plan: AttemptPlan, abort: AbortSignal): Promise<AttemptEnd> {
  try {
    const said = await plan.run(abort);
    return { kind: 'done', said };
  } catch (thrown) {
    if (plan.stopping.aborted) return { kind: 'release' };
    if (thrown instanceof LaterError) return { kind: 'release', delayMs: thrown.delayMs };
    if (isMachineFailure(thrown)) return { kind: 'machine', failure: failureOf(thrown) };
    const error = abort.aborted ? (abort.reason as unknown) : thrown;
    const failure = failureOf(error);
    return error instanceof PermanentError
      ? { kind: 'dead', failure }
      : { kind: 'retry', failure, delayMs: plan.retryDelayMs };
  }
}

/** Resolves only for a handler that does not end within graceMs of being told to. */
function hungAfter(abort: AbortSignal, graceMs: number): Promise<{ kind: 'hung' }> {
  return new Promise((resolve) => {
    const wait = () => void after(graceMs, () => resolve({ kind: 'hung' })).unref();
    if (abort.aborted) wait();
    else abort.addEventListener('abort', wait, { once: true });
  });
}

function timedOut(timeoutMs: number): KlorosError {
  return new KlorosError({
    code: 'TIMED_OUT',
    message: `The handler did not end within ${timeoutMs} ms`,
    why: 'that is its time limit',
  });
}
