import { setTimeout as sleep } from 'node:timers/promises';
import { KlorosError } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { Observer } from '../bus/observer.js';
import { post, type Address, type Posted } from './collector.js';
import type { Cursor, Sent } from './cursor.js';
import { requestOf } from './request.js';

/** From where to where, and how. */
export interface ExportOptions extends Address {
  home: string;
  cursor: Cursor;
  /** Opens the journal to look; it may throw NO_JOURNAL, and the home may come later. */
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

/**
 * Sends the journal as spans, page by page, until it is aborted. The cursor moves only when a page was taken, so what
 * the collector missed while it was away is sent when it is back; a kill between the two sends one page again, whose
 * spans have the same ids.
 */
export async function exportSpans(options: ExportOptions, abort: AbortSignal): Promise<void> {
  let failures = 0;
  while (!abort.aborted) {
    const posted = await nextPage(options, abort);
    failures = posted?.kind === 'unavailable' ? failures + 1 : 0;
    if (posted === undefined) await rest(options.pollMs, abort);
    else if (posted.kind === 'unavailable') await restUntilBack(posted, options, { failures, abort });
  }
}

/** Said once, however often it is tried. */
async function restUntilBack(
  { why, retryAfterMs }: Extract<Posted, { kind: 'unavailable' }>,
  { url, retryMs, log }: ExportOptions,
  { failures, abort }: { failures: number; abort: AbortSignal },
): Promise<void> {
  if (failures === 1 && !abort.aborted)
    log.warn(
      { url, why },
      'The collector takes nothing now; what it misses is sent later, as long as the journal keeps it',
    );
  await rest(retryAfterMs ?? Math.min(LONGEST_RETRY_MS, retryMs * 2 ** (failures - 1)), abort);
}

/** Undefined where there is nothing to send. */
async function nextPage(options: ExportOptions, abort: AbortSignal): Promise<Posted | undefined> {
  const observer = opened(options);
  if (observer === undefined) return undefined;
  try {
    const { upToSeq: afterSeq, lost } = await positionOf(options, observer);
    const rows = observer.page({ afterSeq, limit: PAGE });
    const last = rows.at(-1);
    if (last === undefined) return undefined;
    const signals = rows.map(({ signal }) => signal);
    const here = new Map(signals.map((signal) => [signal.id, signal]));
    const causeOf = ({ cause_id: id }: { cause_id: string | null }) =>
      id === null ? undefined : (here.get(id) ?? observer.find(id)?.signal);
    const posted = await post(options, requestOf(signals, causeOf, options.home), abort);
    report(posted, { from: afterSeq + 1, to: last.seq }, options.log);
    if (posted.kind === 'unavailable') return posted;
    const gone = isOvertaken(observer, afterSeq, rows) ? last.seq - afterSeq - rows.length : 0;
    if (gone > 0) warnOfLost(options, { gone, lost: lost + gone });
    await options.cursor.write({ upToSeq: last.seq, lost: lost + gone });
    return posted;
  } finally {
    observer.close();
  }
}

function opened({ openObserver }: ExportOptions): Observer | undefined {
  try {
    return openObserver();
  } catch (error) {
    if (error instanceof KlorosError && error.code === 'NO_JOURNAL') return undefined;
    throw error;
  }
}

/** Another journal than the one that was sent begins anew. */
async function positionOf({ cursor, sinceMs }: ExportOptions, observer: Observer): Promise<Sent> {
  const newest = observer.newest();
  const kept = await cursor.read();
  if (kept !== undefined) return kept.upToSeq > newest ? { ...kept, upToSeq: beforeOldest(observer) } : kept;
  const first = sinceMs === undefined ? undefined : observer.window({ sinceMs, untilMs: Infinity })?.first;
  const begin = { upToSeq: first === undefined ? newest : first - 1, lost: 0 };
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
    { url, gone, lost },
    `Retention removed up to ${gone} signals before the collector had taken them: it was away for longer than the journal keeps (kloros config show retention)`,
  );
}

function report(posted: Posted, place: { from: number; to: number }, log: Logger): void {
  if (posted.kind === 'refused')
    log.error({ ...place, why: posted.why }, 'The collector refused spans; they are left out');
  if (posted.kind === 'taken' && posted.rejected > 0)
    log.warn({ ...place, rejected: posted.rejected, why: posted.message }, 'The collector left some spans out');
}

async function rest(ms: number, abort: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: abort }).catch(() => undefined);
}
