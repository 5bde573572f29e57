import type { Logger } from '../base/log.js';
import type { Consumer, Delivery, Outcome } from '../bus/bus.js';
import { logEmitted } from './journal-words.js';

/** A settled attempt. */
export interface Report {
  delivery: Delivery;
  outcome: Outcome;
  settled: Awaited<ReturnType<Consumer['settle']>>;
}

/** Tells the log how an attempt ended. */
export function reportEnd(log: Logger, { delivery, outcome, settled }: Report): void {
  const { id, signal: name } = delivery.signal;
  const error = 'failure' in outcome ? outcome.failure.error : undefined;
  if (settled === 'fenced')
    log.warn({ id }, `${name} was taken over by another instance; what this one did with it does not count`);
  else if (settled === 'conflict')
    log.error({ id }, `${name} is a dead letter: its answer clashes with what was said before`);
  else if (settled === 'dead') log.error({ id, error, attempt: delivery.attempt }, `${name} is a dead letter`);
  else if (outcome.kind === 'retry')
    log.warn({ id, error, attempt: delivery.attempt, delayMs: outcome.delayMs }, `${name} failed and is tried again`);
  else if (outcome.kind === 'release') log.info({ id }, `${name} was given back`);
  else for (const said of outcome.kind === 'done' ? outcome.said.signals : []) logEmitted(log, said);
}
