import { KlorosError } from '../base/errors.js';
import { WakeUp } from '../base/wake-up.js';
import type { Keeper, KeptDaemon } from './keeper.js';

/** What is waited for, and how long. */
export interface WaitRequest {
  find: () => Promise<Keeper>;
  names: readonly string[];
  until: 'ready' | 'stopped';
  timeoutMs: number;
  abort: AbortSignal;
}

const LOOK_EVERY_MS = 200;

/** Resolves when all of them are so. Throws WAIT_TIMED_OUT with those that are not, or DAEMON_GIVEN_UP. */
export async function waitFor({ find, names, until, timeoutMs, abort }: WaitRequest): Promise<KeptDaemon[]> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    abort.throwIfAborted();
    const daemons = await (await find()).look(names);
    const open = daemons.filter((daemon) => !isSo(daemon, until));
    if (open.length === 0) return daemons;
    const failed = until === 'ready' ? open.find(({ state }) => state === 'failed') : undefined;
    if (failed) throw givenUp(failed);
    if (performance.now() >= deadlineMs) throw timedOut(open, until, timeoutMs);
    await new WakeUp().rest(LOOK_EVERY_MS, abort);
  }
}

function isSo({ state, pid }: KeptDaemon, until: 'ready' | 'stopped'): boolean {
  return until === 'ready'
    ? state === 'ready' || state === 'idle'
    : pid === null && (state === 'stopped' || state === 'failed');
}

function timedOut(open: readonly KeptDaemon[], until: string, timeoutMs: number): KlorosError {
  return new KlorosError({
    code: 'WAIT_TIMED_OUT',
    message: `Not all are ${until} after ${timeoutMs} ms`,
    why: open.map(({ name, state, why }) => `${name} is ${state}${why === null ? '' : `: ${why}`}`).join('; '),
    next: ['kloros daemon status', 'give it more time: --timeout'],
  });
}

function givenUp({ name, why }: KeptDaemon): KlorosError {
  return new KlorosError({
    code: 'DAEMON_GIVEN_UP',
    message: `${name} is given up, and nobody will start it again`,
    ...(why === null ? {} : { why }),
    next: [`kloros daemon logs ${name}`, `when it is mended: kloros daemon start ${name}`],
  });
}
