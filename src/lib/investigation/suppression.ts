import { createHash } from 'node:crypto';
import { cutText } from '../base/cut-text.js';
import type { StateChange } from '../bus/bus.js';
import { oldestForgotten } from './newest.js';

/** A question that is not investigated until somebody lifts that. */
export interface Suppression {
  questionId: string;
  /** An operator, or the failures in a row themselves. */
  by: 'operator' | 'failures';
  reason: string | null;
  /** Epoch milliseconds. */
  sinceMs: number;
  /** Epoch milliseconds; null: until it is lifted. */
  untilMs: number | null;
  /** Failures in a row. */
  failures: number;
}

/** What is kept of a question. */
type Kept = Readonly<Record<string, unknown>>;

interface Failure {
  question_id: string;
  at_ms: number;
  error: string;
}

interface Word {
  question_id: string;
  reason: string | null;
  at_ms: number;
  until_ms: number | null;
}

/** Failures in a row after which a question is not investigated any more. */
export const FAILURES_TO_SUPPRESS = 5;

/** Keys of the daemon's state that are about questions. */
export const QUESTIONS = 'question:';
const LONGEST_ERROR = 300;
const FAILED = ':failed:';

/**
 * Keys of the daemon's state about one question.
 *
 * Each failure is a key of its own, named after the signal that asked, so that two attempts at one question that fail at
 * the same time are two, and the same failure told twice is one. It is written in the transaction that says the failure.
 */
export function keysOf(questionId: string): string {
  return `${QUESTIONS}${createHash('sha256').update(questionId).digest('hex').slice(0, 32)}:`;
}

/** A failure of a question, to be kept; the oldest failures of all questions go where they are too many. */
export function failureNoted(
  kept: Kept,
  questionId: string,
  { id, error, nowMs }: { id: string; error: string; nowMs: number },
): StateChange[] {
  const failure: Failure = { question_id: questionId, at_ms: nowMs, error: cutText(error, LONGEST_ERROR) };
  const key = `${keysOf(questionId)}failed:${id}`;
  const others = Object.entries(kept).filter(([name]) => name.includes(FAILED) && name !== key);
  const aged = others.map(([name, value]) => ({ key: name, atMs: (value as Failure).at_ms }));
  return [...oldestForgotten(aged, 1), { key, value: failure }];
}

/** An operator's word that a question is not to be investigated. */
export function suppressed(
  questionId: string,
  { reason, sinceMs, untilMs }: Pick<Suppression, 'reason' | 'sinceMs' | 'untilMs'>,
): StateChange {
  const word: Word = { question_id: questionId, reason, at_ms: sinceMs, until_ms: untilMs };
  return { key: `${keysOf(questionId)}word`, value: word };
}

/** Forgets failures and words about a question: after an answer, and when it is lifted. */
export function forgotten(kept: Kept, questionId: string): StateChange[] {
  const own = Object.keys(kept).filter((key) => key.startsWith(keysOf(questionId)));
  return own.map((key) => ({ key, value: null }));
}

/** Why a question is not investigated now; undefined where it is. */
export function suppressionOf(kept: Kept, questionId: string, nowMs: number): Suppression | undefined {
  const own = Object.entries(kept).filter(([key]) => key.startsWith(keysOf(questionId)));
  return suppressionAmong(own, nowMs);
}

/** Every question that is not investigated now, the newest first. */
export function suppressionsIn(kept: Kept, nowMs: number): Suppression[] {
  const byQuestion = new Map<string, [string, unknown][]>();
  for (const [key, value] of Object.entries(kept)) {
    if (!key.startsWith(QUESTIONS)) continue;
    const question = key.split(':', 2).join(':');
    byQuestion.set(question, [...(byQuestion.get(question) ?? []), [key, value]]);
  }
  return [...byQuestion.values()]
    .flatMap((own) => suppressionAmong(own, nowMs) ?? [])
    .sort((a, b) => b.sinceMs - a.sinceMs);
}

function suppressionAmong(own: readonly [string, unknown][], nowMs: number): Suppression | undefined {
  const failures = own.flatMap(([key, value]) => (key.includes(FAILED) ? [value as Failure] : []));
  const word = own.find(([key]) => key.endsWith(':word'))?.[1] as Word | undefined;
  if (word && (word.until_ms === null || word.until_ms > nowMs)) {
    const said = { by: 'operator' as const, reason: word.reason, sinceMs: word.at_ms, untilMs: word.until_ms };
    return { questionId: word.question_id, ...said, failures: failures.length };
  }
  const last = failures.sort((a, b) => a.at_ms - b.at_ms).at(-1);
  if (last === undefined || failures.length < FAILURES_TO_SUPPRESS) return undefined;
  const found = { by: 'failures' as const, reason: last.error, sinceMs: last.at_ms, untilMs: null };
  return { questionId: last.question_id, ...found, failures: failures.length };
}

/** Why a question was not investigated and how that is lifted, in the words of its answer. */
export function suppressionInWords({ questionId, by, reason, failures }: Suppression): string {
  const why = by === 'operator' ? 'an operator suppressed it' : `it failed ${failures} times in a row`;
  const because = reason === null ? '' : ` (${reason})`;
  return `The question is not investigated: ${why}${because}. Lift that: kloros suppress remove ${shellWord(questionId)}`;
}

function shellWord(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
