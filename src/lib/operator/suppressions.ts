import type { Bus, StateChange } from '../bus/bus.js';
import {
  forgotten,
  keysOf,
  QUESTIONS,
  suppressed,
  suppressionsIn,
  type Suppression,
} from '../investigation/suppression.js';

export type { Suppression } from '../investigation/suppression.js';

/** Whose state it is: what an investigation came to is said by it, and kept in the same transaction. */
const INVESTIGATOR = 'investigation_consumer_daemon';

/** Every question that is suppressed now, the newest first. */
export async function knownSuppressions(bus: Bus, nowMs: number): Promise<Suppression[]> {
  return suppressionsIn(await bus.state(INVESTIGATOR, QUESTIONS), nowMs);
}

/** Suppresses a question, by an operator's word; heeded from the next time on that it is asked. */
export async function suppress(
  bus: Bus,
  questionId: string,
  word: Pick<Suppression, 'reason' | 'sinceMs' | 'untilMs'>,
): Promise<void> {
  await keep(bus, [suppressed(questionId, word)]);
}

/** Lets a question be investigated again and forgets its failures. */
export async function lift(bus: Bus, questionId: string): Promise<void> {
  await keep(bus, forgotten(await bus.state(INVESTIGATOR, keysOf(questionId)), questionId));
}

async function keep(bus: Bus, state: StateChange[]): Promise<void> {
  await bus.commit({ signals: [], deadLetters: [], state }, INVESTIGATOR);
}
