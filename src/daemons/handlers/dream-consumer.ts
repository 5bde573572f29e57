import { LaterError } from '../../lib/base/errors.js';
import { endMarked, markIn } from '../../lib/base/marked-processes.js';
import { WakeUp } from '../../lib/base/wake-up.js';
import { pathsOf } from '../../lib/config/paths.js';
import { begin, expire, giveUpCycle, giveUpTrigger, goOn, runningCycle } from '../../lib/dream/cycle/consume.js';
import { isTimeOver } from '../../lib/dream/cycle/state.js';
import type { Answer, Attempt, DaemonEnv, NextWake, SourceBatch } from '../../lib/runtime/define-daemon.js';
import type { Signal } from '../../lib/signals/envelope.js';
import { readFacts, say } from '../../lib/signals/facts.js';

/** A step that failed or killed its process so often ends its cycle, which then is told of. */
const MOST_ATTEMPTS = 3;
const LOOK_EVERY_MS = 1_000;

export async function handle(signal: Signal, attempt: Attempt): Promise<Answer> {
  if (signal.signal === 'Q_DREAM_TRIGGER')
    return lastly(attempt, {
      run: () => begin(signal, attempt),
      giveUp: (error) => giveUpTrigger(signal, error, attempt),
    });
  const { cycle_id } = readFacts({ facts: { cycle_id: '', action: 'continue', ...signal.facts } }, 'Q_DREAM_STEP');
  const state = await runningCycle(attempt);
  if (state?.cycleId !== cycle_id) return undefined; // It has ended.
  const run = async () => {
    if (attempt.attempt > 1) await endMarked(markIn(pathsOf(attempt.config).dreamLab, cycle_id));
    return isExpiry(signal) ? expire(state, attempt) : goOn(signal, state, attempt);
  };
  return lastly(attempt, { run, giveUp: (error) => giveUpCycle(state, error, attempt) });
}

/** Runs an attempt; the last of them ends in a word for who asked, whatever failed. */
async function lastly(
  { abort, attempt, config }: Attempt,
  { run, giveUp }: { run: () => Promise<Answer>; giveUp: (error: unknown) => Promise<Answer> },
): Promise<Answer> {
  try {
    return await run();
  } catch (thrown) {
    const isLast = attempt >= Math.min(MOST_ATTEMPTS, config.delivery.maxAttempts);
    if (abort.aborted || thrown instanceof LaterError || !isLast) throw thrown;
    return giveUp(thrown);
  }
}

function isExpiry({ signal, facts }: Signal): boolean {
  return signal === 'Q_DREAM_STEP' && facts['action'] === 'expire';
}

/** Calls out the end of a cycle whose time is over while nobody works at it: a tournament that nobody plays, a dead letter. */
export async function* source(env: DaemonEnv, abort: AbortSignal): AsyncGenerator<SourceBatch> {
  for (const rest = new WakeUp(); !abort.aborted; await rest.rest(LOOK_EVERY_MS, abort)) {
    const state = await runningCycle(env);
    if (state === undefined || !isTimeOver(state, env.clock)) continue;
    const { cycleId: cycle_id, step, deadlineMs: atMs } = state;
    const expiry = say('Q_DREAM_STEP', { cycle_id, step, action: 'expire' });
    yield {
      signals: [{ ...expiry, derivedFrom: { atMs, key: `expire ${cycle_id} ${pathsOf(env.config).dreamLab}` } }],
    };
  }
}

/** Who runs a cycle holds the lock that keeps another away, and only as long as it lives. */
export async function wakes(env: DaemonEnv): Promise<NextWake> {
  return (await runningCycle(env)) === undefined ? undefined : 'stays';
}
