import type { Logger } from '../base/log.js';
import type { Consumer, Delivery, Outcome } from '../bus/bus.js';
import type { AttemptOutcome } from '../figures/figures.js';
import type { AttemptFigure } from '../figures/keeper.js';
import { logEmitted } from './journal-words.js';

const OUTCOME_OF = { done: 'handled', retry: 'retried', release: 'given_back' } as const;

/** How long an attempt took. */
export interface AttemptTimes {
  /** From when its signal was said to its beginning, by the wall clock. */
  waitedMs: number;
  handlingMs: number;
}

/** A settled attempt. */
export interface Report extends AttemptTimes {
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
  // What waits its turn is given back every second.
  else if (outcome.kind === 'release' && 'delayMs' in outcome) log.debug({ id }, `${name} comes again later`);
  else if (outcome.kind === 'release') log.info({ id }, `${name} was given back`);
  else for (const said of outcome.kind === 'done' ? outcome.said.signals : []) logEmitted(log, said);
}

/** The attempt as it is counted; how long a signal waited says something of its first attempt alone. */
export function figureOf({ delivery, outcome, settled, handlingMs, waitedMs }: Report): AttemptFigure {
  const isFirst = delivery.attempt === 1 && delivery.replay === 0;
  return { outcome: outcomeOf(outcome, settled), handlingMs, ...(isFirst ? { waitedMs } : {}) };
}

function outcomeOf({ kind }: Outcome, settled: Report['settled']): AttemptOutcome {
  if (settled === 'fenced') return 'lost';
  if (settled === 'dead' || settled === 'conflict' || kind === 'dead') return 'dead';
  return OUTCOME_OF[kind];
}
