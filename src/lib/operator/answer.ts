import { KlorosError } from '../base/errors.js';
import type { Bus, Recorded, Signal } from '../bus/bus.js';

/** The answer that is waited for. */
export interface AnswerQuery {
  /** The signal that was said. */
  question: Pick<Signal, 'id' | 'signal' | 'trace'>;
  /** Position before it was said. */
  afterSeq: number;
  /** Exact names, any of which is an answer. */
  signals: readonly string[];
}

/** The first signal of these names that the question led to, over any number of hops; undefined on abort. */
export async function awaitAnswer(bus: Bus, query: AnswerQuery, abort: AbortSignal): Promise<Recorded | undefined> {
  const scope = { afterSeq: query.afterSeq, signals: query.signals };
  for await (const recorded of bus.follow(scope, abort)) {
    const { trace, id } = recorded.signal;
    if (trace === query.question.trace && id !== query.question.id) return recorded;
  }
  return undefined;
}

/** Nobody answered in time; says where to look. */
export function noAnswer({ question, signals }: AnswerQuery, limitMs: number): KlorosError {
  return new KlorosError({
    code: 'ANSWER_TIMED_OUT',
    message: `No ${signals.join(' or ')} came within ${limitMs} ms`,
    why: `${question.signal} ${question.id} is in the journal; what it leads to may still come`,
    next: [
      `kloros bus listen --since 5m --where 'trace == "${question.trace}"'`,
      'see that the colony runs: kloros up',
    ],
  });
}
