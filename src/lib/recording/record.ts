import type { Bus, Recorded } from '../bus/bus.js';
import type { Footer } from './format.js';
import type { RecordingWriter } from './write.js';

/** What goes into a recording. */
export interface RecordQuery {
  matches: (name: string) => boolean;
  filter: (signal: Recorded['signal']) => boolean;
  /** Ends after so many. */
  count: number;
  /** The stream has an end: what it has beyond the recording's size is counted to the last. */
  isFinite?: boolean;
}

/** Pages of the past, or what is said from now on; nothing is left out of it. */
export type Stream = AsyncIterable<Recorded>;

/** Writes what is meant, and ends the file whole, however it ends. */
export async function record(
  stream: Stream,
  writer: RecordingWriter,
  { matches, filter, count, isFinite = false, abort }: RecordQuery & { abort: AbortSignal },
): Promise<Footer> {
  try {
    for await (const recorded of stream) {
      writer.passed(recorded.seq);
      if (matches(recorded.signal.signal) && filter(recorded.signal)) await writer.add(recorded);
      if (writer.signals >= count || (writer.isFull && !isFinite) || abort.aborted) break;
    }
  } catch (error) {
    await writer.discard();
    throw error;
  }
  return writer.end(abort.aborted ? 'interrupted' : 'complete');
}

/** Of a journal's view, what the past needs. */
type Past = Pick<Bus, 'browse' | 'newest'>;

/** Everything of a stretch of time that the journal has, in pages. */
export async function* pastOf(journal: Past, range: { sinceMs: number; untilMs: number }): Stream {
  for (let afterSeq = await beforeOf(journal, range.sinceMs); ;) {
    const page = await journal.browse({ ...range, afterSeq });
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    afterSeq = last.seq;
  }
}

const FIRST_STEP = 1_000;

/** A position before a time, looked for from the end in doubling steps: what is wanted is mostly near, and the rest long. */
async function beforeOf(journal: Past, sinceMs: number): Promise<number> {
  const last = await journal.newest();
  for (let step = FIRST_STEP; step < last; step *= 2) {
    const [found] = await journal.browse({ afterSeq: last - step, limit: 1 });
    if (found === undefined || found.receivedAtMs < sinceMs) return last - step;
  }
  return 0;
}
