import type { Logger } from '../base/log.js';
import type { Transition } from './managed-process.js';

/** Tells the log what became of a process, as loudly as it matters. */
export function logTransition(log: Logger, { name, state, pid, why, delayMs, startedInMs }: Transition): void {
  if (state === 'RUNNING') log.info(`${name} is ready after ${startedInMs ?? 0} ms (pid ${pid ?? 0})`);
  else if (state === 'BACKOFF') log.warn(`${name}: ${why ?? 'it ended'}; it is started again in ${delayMs ?? 0} ms`);
  else if (state === 'FATAL') log.error(`${name} is given up: ${why ?? 'it ended'}`);
  else if (state === 'IDLE') log.info(`${name} rests until a signal waits for it`);
  else if (state === 'STOPPED') log.info(`${name} has stopped`);
  else log.debug(`${name}: ${state.toLowerCase()}`);
}
