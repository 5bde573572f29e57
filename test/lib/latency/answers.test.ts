import { describe, expect, it } from 'vitest';
import { COLONY } from '../../../src/lib/signals/origin.js';
import type { Recorded } from '../../../src/lib/bus/bus.js';
import { AnswerBook, type HopName } from '../../../src/lib/latency/answers.js';
import { judgeLatency } from '../../../src/lib/latency/judge.js';
import { mint } from '../../../src/lib/signals/mint.js';
import type { Facts } from '../../../src/lib/signals/envelope.js';

const ASKED_MS = 1_700_000_000_000;

function probe(n: number) {
  return { id: `PROBE${n}`, askedMs: ASKED_MS };
}

/** The question of a probe, on the bus 40 ms after its file, and its answer 200 ms after that. */
function question(n: number): Recorded {
  return recorded(mint({ signal: 'Q_CURIOSITY_INVESTIGATE', facts: {} }, said(`PROBE${n}`, ASKED_MS + 40)));
}

function answer(n: number, facts: Facts = { duration_ms: 150, status: 'completed' }): Recorded {
  const cause = question(n).signal;
  const options = { ...said(`ANSWER${n}`, ASKED_MS + 240), cause };
  return recorded(mint({ signal: 'Q_INVESTIGATION_COMPLETE', facts }, options));
}

function said(id: string, nowMs: number) {
  return { id, source: 'test', nowMs };
}

function recorded(signal: Recorded['signal']): Recorded {
  const receivedAtMs = signal.ts * 1_000;
  return { seq: 1, signal, frame: Buffer.from(''), receivedAtMs, from: COLONY, chain: COLONY };
}

function medianOf(book: AnswerBook, name: HopName): number {
  return Math.round(book.answers().hops.find(({ hop }) => hop === name)?.p50Ms ?? NaN);
}

describe('the answers to probes', () => {
  it('are measured by the journal, hop by hop, and the hops are the whole', () => {
    const book = new AnswerBook();
    book.ask(probe(1));
    book.hear(question(1), ASKED_MS + 41);
    book.hear(answer(1), ASKED_MS + 245);
    expect(medianOf(book, 'routed')).toBe(40);
    expect(medianOf(book, 'queued')).toBe(50);
    expect(medianOf(book, 'investigated')).toBe(150);
    expect(medianOf(book, 'whole')).toBe(240);
    expect(medianOf(book, 'heard')).toBe(5);
  });

  it('count also where they come before the asker knows what it asked', () => {
    const book = new AnswerBook();
    book.hear(question(1), ASKED_MS + 41);
    book.hear(answer(1), ASKED_MS + 245);
    book.ask(probe(1));
    expect(book.answers()).toMatchObject({ sent: 1, answered: 1 });
    expect(medianOf(book, 'whole')).toBe(240);
  });
});

describe('the verdict', () => {
  const targetMs = 1_000;
  const whole = (book: AnswerBook, limitMs = targetMs, isCut = false) =>
    judgeLatency(book.answers(), { targetMs: limitMs, isCut });

  function bookOf(asked: number, answers: readonly Recorded[]): AnswerBook {
    const book = new AnswerBook();
    for (let n = 1; n <= asked; n += 1) book.ask(probe(n));
    for (const one of answers) {
      book.hear(question(Number(one.signal.trace.slice('PROBE'.length))), 0);
      book.hear(one, ASKED_MS + 245);
    }
    return book;
  }

  it('is OK where all came in time, with nothing to do', () => {
    expect(whole(bookOf(1, [answer(1)]))).toMatchObject({ status: 'OK', next: [] });
  });

  it('is critical where the median is beyond the target, and names the slowest hop', () => {
    const verdict = whole(bookOf(1, [answer(1)]), 100);
    expect(verdict).toMatchObject({ status: 'CRITICAL', why: expect.stringContaining('p50 240 ms') as string });
    expect(verdict.next[0]).toBe('kloros daemon logs investigation_consumer_daemon');
  });

  it('is a warning where only the slowest are', () => {
    const slow = answer(4);
    const late = { ...slow, receivedAtMs: slow.receivedAtMs + 60_000 };
    expect(whole(bookOf(4, [answer(1), answer(2), answer(3), late]))).toMatchObject({ status: 'WARNING' });
  });

  it('has no target where it is switched off', () => {
    expect(whole(bookOf(1, [answer(1)]), 0)).toMatchObject({ status: 'OK' });
  });

  it('is critical where one was not answered, or answered by a failure', () => {
    expect(whole(bookOf(2, [answer(1)]))).toMatchObject({ status: 'CRITICAL', why: '1 of 2 probes were answered' });
    const failed = answer(1, { status: 'failed', error: 'no room', duration_ms: 1 });
    expect(whole(bookOf(1, [failed]))).toMatchObject({
      status: 'CRITICAL',
      why: expect.stringContaining('1 by a failure: no room') as string,
    });
  });

  it('is about what came before it was interrupted, and unknown where that is nothing', () => {
    expect(whole(bookOf(2, [answer(1)]), targetMs, true)).toMatchObject({ status: 'OK' });
    expect(whole(bookOf(2, []), targetMs, true)).toMatchObject({ status: 'UNKNOWN' });
    expect(whole(bookOf(0, []))).toMatchObject({ status: 'UNKNOWN', why: 'no probe was sent' });
  });
});
