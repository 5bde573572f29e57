import { sleep } from '../base/timers.js';
import type { Clock } from '../base/clock.js';
import type { Bus } from '../bus/bus.js';
import { AnswerBook, PROBE_SIGNALS, type Answers } from './answers.js';
import type { ProbeRun } from './probe-run.js';

/** How many, how fast, and how long to wait for the last. */
export interface Sending {
  count: number;
  /** Probes a second. */
  rate: number;
  timeoutMs: number;
  clock: Clock;
  abort: AbortSignal;
  /** After each answer. */
  progress: (answered: number) => void;
}

/** Asks all probes at their rate and hears their answers, until the last is there, time is up, or on abort. */
export async function sendProbes(bus: Bus, run: ProbeRun, sending: Sending): Promise<Answers> {
  const book = new AnswerBook();
  const over = new AbortController();
  const end = () => over.abort();
  const abort = AbortSignal.any([sending.abort, over.signal]);
  const afterSeq = await bus.newest();
  const isOver = () => book.sent === sending.count && book.answered === sending.count;
  const hearing = hearAll(bus.follow({ afterSeq, signals: PROBE_SIGNALS }, abort), run, {
    ...{ book, sending },
    heard: () => (isOver() ? end() : undefined),
  });
  const asking = askAll(run, book, { ...sending, abort }).then(() => (isOver() ? undefined : rest(sending, abort)));
  // Nothing is taken away while a probe is still being written.
  const ends = await Promise.allSettled([hearing.finally(end), asking.finally(end)]);
  for (const one of ends) if (one.status === 'rejected') throw one.reason;
  return book.answers();
}

async function hearAll(
  said: ReturnType<Bus['follow']>,
  run: ProbeRun,
  { book, sending, heard }: { book: AnswerBook; sending: Sending; heard: () => void },
): Promise<void> {
  for await (const recorded of said) {
    if (!run.owns(recorded.signal.facts['question_id'])) continue;
    book.hear(recorded, sending.clock.nowMs());
    sending.progress(book.answered);
    heard();
  }
}

/** Times are kept from the beginning, so that the rate does not drift. */
async function askAll(run: ProbeRun, book: AnswerBook, { count, rate, clock, abort }: Sending): Promise<void> {
  const startMs = clock.monotonicMs();
  for (let index = 0; index < count; index += 1) {
    const restMs = startMs + (index * 1_000) / rate - clock.monotonicMs();
    if (restMs > 0) await sleep(restMs, abort);
    if (abort.aborted) return;
    book.ask(await run.ask(index));
  }
}

async function rest({ timeoutMs }: Sending, abort: AbortSignal): Promise<void> {
  await sleep(timeoutMs, abort);
}
