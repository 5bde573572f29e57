import type { Logger } from '../base/log.js';
import type { Look, TimeoutWatch } from './timeout-watch.js';

/** What is to be said of what is overdue, and kept with it; an operator's log has what came too late. */
export async function lookForTimeouts(
  timeouts: TimeoutWatch,
  log: Pick<Logger, 'info'>,
): Promise<Pick<Look, 'signals' | 'state'>> {
  const { signals, state, late } = await timeouts.look();
  for (const { expectation, trigger, answer } of late)
    log.info({ id: answer.id, timeout: trigger.told?.timeoutId }, `${expectation.until} came after its timeout`);
  return { signals, state };
}
