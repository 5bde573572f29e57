import { own, setOwn } from '../base/own.js';
import { readRecording } from './read.js';
import type { Footer, Header, Taken } from './format.js';

/** What is in a recording, counted by reading all of it. */
export interface RecordingSurvey {
  path: string;
  header: Header;
  /** Null where it was torn. */
  footer: Footer | null;
  signals: number;
  bySignal: Record<string, number>;
  /** Epoch milliseconds; null of none. */
  firstMs: number | null;
  lastMs: number | null;
  /** Lines that are none. */
  bad: number;
}

/** Reads a recording whole and counts. Throws as readRecording does. */
export async function surveyRecording(path: string): Promise<RecordingSurvey> {
  const found: Omit<RecordingSurvey, 'header'> & { header?: Header } = {
    ...{ path, footer: null, signals: 0, bySignal: {}, firstMs: null, lastMs: null, bad: 0 },
  };
  for await (const part of readRecording(path)) {
    if (part.kind === 'header') found.header = part.header;
    else if (part.kind === 'footer') found.footer = part.footer;
    else if (part.kind === 'bad') found.bad += 1;
    else count(found, part.taken);
  }
  return { ...found, header: found.header as Header };
}

function count(found: Omit<RecordingSurvey, 'header'>, { signal: { signal }, receivedAtMs }: Taken): void {
  found.signals += 1;
  setOwn(found.bySignal, signal, (own(found.bySignal, signal) ?? 0) + 1);
  found.firstMs = Math.min(found.firstMs ?? receivedAtMs, receivedAtMs);
  found.lastMs = Math.max(found.lastMs ?? receivedAtMs, receivedAtMs);
}
