import { sleep } from '../base/timers.js';
import { KlorosError } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { maskSecrets } from '../base/redact.js';
import type { Recorded } from '../bus/bus.js';
import type { Observer } from '../bus/observer.js';
import { send, type Address, type Posted } from './collector.js';
import type { Cursor, Sent } from './cursor.js';
import { requestOf } from './request.js';

/** From where to where, and how. */
export interface ExportOptions extends Address {
  home: string;
  cursor: Cursor;
  /** Opens the journal to look; it may throw JOURNAL_NOT_FOUND, and the home may come later. */
  openObserver: () => Observer;
  /** Where a collector that is new begins, epoch milliseconds; absent: with what is said from now on. */
  sinceMs: number | undefined;
  log: Logger;
  /** Pause where there is nothing to send. */
  pollMs: number;
  /** First pause where the collector is away; it doubles up to half a minute. */
  retryMs: number;
}

const PAGE = 500;
const LONGEST_RETRY_MS = 30_000;
/** Longer than a collector may ask for is not waited; it would be an outage that nobody sees. */
const LONGEST_ASKED_MS = 600_000;
const MOST_DOUBLINGS = 20;

/** An answer behind which the next page follows. */
type Settled = Extract<Posted, { kind: 'taken' | 'refused' }>;

/**
 * Sends the journal as spans, page by page, until it is aborted. The cursor moves only when a page was taken, so what
 * the collector missed while it was away is sent when it is back; a kill between the two sends one page again, whose
 * spans have the same ids.
 */
export async function exportSpans(options: ExportOptions, abort: AbortSignal): Promise<void> {
  let failures = 0;
  let limit = PAGE;
  while (!abort.aborted) {
    const posted = await nextPage(options, limit, abort);
    failures = posted?.kind === 'unavailable' ? failures + 1 : 0;
    limit = nextLimit(limit, posted);
    if (posted === undefined) await rest(options.pollMs, abort);
    else if (posted.kind === 'unavailable') await restUntilBack(posted, options, { failures, abort });
  }
}

/** Who takes no large page may say so by cutting the connection, too. */
function nextLimit(limit: number, posted: Posted | undefined): number {
  if (posted?.kind === 'too-large' || posted?.kind === 'unavailable') return Math.ceil(limit / 2);
  return posted?.kind === 'taken' ? Math.min(PAGE, limit * 2) : limit;
}

/** Said once, however often it is tried. */
async function restUntilBack(
  { why, retryAfterMs }: Extract<Posted, { kind: 'unavailable' }>,
  { url, retryMs, log }: ExportOptions,
  { failures, abort }: { failures: number; abort: AbortSignal },
): Promise<void> {
  if (failures === 1 && !abort.aborted)
    log.warn(
      { url: maskSecrets(url), why },
      'The collector takes nothing now; what it misses is sent later, as long as the journal keeps it',
    );
  const ownMs = Math.min(LONGEST_RETRY_MS, retryMs * 2 ** Math.min(failures - 1, MOST_DOUBLINGS));
  await rest(Math.max(ownMs, Math.min(retryAfterMs ?? 0, LONGEST_ASKED_MS)), abort);
}

/** Undefined where there is nothing to send. */
async function nextPage(options: ExportOptions, limit: number, abort: AbortSignal): Promise<Posted | undefined> {
  const observer = opened(options);
  if (observer === undefined) return undefined;
  try {
    const sent = await positionOf(options, observer);
    const rows = observer.page({ afterSeq: sent.upToSeq, limit });
    if (rows.length === 0) return undefined;
    const posted = await sendRows(options, { rows, observer }, abort);
    if (posted.kind !== 'unavailable' && posted.kind !== 'too-large')
      await account(options, { sent, rows, observer, posted });
    return posted;
  } finally {
    observer.close();
  }
}

/** A page, and where it is from. */
interface Page {
  rows: readonly Recorded[];
  observer: Observer;
}

/** One span that is too large alone will never be taken. */
async function sendRows(options: ExportOptions, { rows, observer }: Page, abort: AbortSignal): Promise<Posted> {
  const here = new Map(rows.map((row) => [row.signal.id, row]));
  const causeOf = ({ cause_id: id }: { cause_id: string | null }) =>
    id === null ? undefined : (here.get(id) ?? observer.find(id));
  const posted = await send(options, requestOf(rows, causeOf, options.home), abort);
  return posted.kind === 'too-large' && rows.length === 1 ? { kind: 'refused', why: posted.why } : posted;
}

/** Takes down how far the collector is, what it left out, and what it never saw. */
async function account(
  options: ExportOptions,
  { sent, rows, observer, posted }: Page & { sent: Sent; posted: Settled },
): Promise<void> {
  const { upToSeq: afterSeq, lost } = sent;
  const toSeq = rows.at(-1)?.seq ?? afterSeq;
  report(posted, { from: afterSeq + 1, to: toSeq }, options.log);
  const gone = isOvertaken(observer, afterSeq, rows) ? toSeq - afterSeq - rows.length : 0;
  if (gone > 0) warnOfLost(options, { gone, lost: lost + gone });
  const refused = sent.refused + (posted.kind === 'refused' ? rows.length : posted.rejected);
  await options.cursor.write({ upToSeq: toSeq, lost: lost + gone, refused });
}

function opened({ openObserver }: ExportOptions): Observer | undefined {
  try {
    return openObserver();
  } catch (error) {
    if (error instanceof KlorosError && error.code === 'JOURNAL_NOT_FOUND') return undefined;
    throw error;
  }
}

/** Another journal than the one that was sent begins anew. */
async function positionOf({ cursor, sinceMs }: ExportOptions, observer: Observer): Promise<Sent> {
  const newest = observer.newest();
  const kept = await cursor.read();
  if (kept !== undefined) return kept.upToSeq > newest ? { ...kept, upToSeq: beforeOldest(observer) } : kept;
  const first = sinceMs === undefined ? undefined : observer.window({ sinceMs, untilMs: Infinity })?.first;
  const begin = { upToSeq: first === undefined ? newest : first - 1, lost: 0, refused: 0 };
  await cursor.write(begin);
  return begin;
}

function beforeOldest(observer: Observer): number {
  return (observer.page({ limit: 1 })[0]?.seq ?? 1) - 1;
}

/**
 * Whether the last signal that was sent is no longer in the journal, so that those behind it may be gone too. Holes alone
 * mean nothing: an id that is said again uses up a position.
 */
function isOvertaken(observer: Observer, sentSeq: number, [next]: readonly { seq: number }[]): boolean {
  const isHole = next !== undefined && next.seq > sentSeq + 1;
  return isHole && observer.page({ afterSeq: sentSeq - 1, limit: 1 })[0]?.seq !== sentSeq;
}

function warnOfLost({ url, log }: ExportOptions, { gone, lost }: { gone: number; lost: number }): void {
  log.warn(
    { url: maskSecrets(url), gone, lost },
    `Retention removed up to ${gone} signals before the collector had taken them: it was away for longer than the journal keeps (kloros config show retention)`,
  );
}

function report(posted: Settled, place: { from: number; to: number }, log: Logger): void {
  if (posted.kind === 'refused')
    log.error({ ...place, why: posted.why }, 'The collector refused spans; they are left out');
  if (posted.kind === 'taken' && posted.rejected > 0)
    log.warn({ ...place, rejected: posted.rejected, why: posted.message }, 'The collector left some spans out');
}

async function rest(ms: number, abort: AbortSignal): Promise<void> {
  await sleep(ms, abort);
}
