import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Observer, TimeRange, Total } from '../../bus/observer.js';
import type { NamePattern } from '../pattern.js';

/** What one source said under one name in a stretch of time. */
export interface Stat extends Omit<Total, 'firstMs'> {
  /** Over the whole stretch, or since the journal begins. */
  perSecond: number;
  /** Signals that a daemon has fetched and not settled. */
  open: number;
  /** Of those that are open or failed; the journal forgets the attempts of what was handled. */
  attempts: number;
  dead: number;
}

/** What is looked at: the names, and only one source where it is given. */
export interface StatsQuery {
  range: TimeRange;
  pattern: NamePattern;
  source?: string | undefined;
}

/** Positions that are looked at in one go: about 20 ms, so that no reader holds back a checkpoint. */
const STEP = 5_000;

/** Totals by name and source, the most frequent first. */
export async function stats(observer: Observer, query: StatsQuery, abort: AbortSignal): Promise<Stat[]> {
  const { range, pattern, source } = query;
  const window = observer.window(range);
  const sums = new Map<string, Total>();
  for (let first = window?.first ?? 0; window !== undefined && first <= window.last; first += STEP) {
    const last = Math.min(window.last, first + STEP - 1);
    for (const total of observer.totals(range, { first, last })) addTo(sums, total);
    await nextTurn(undefined, { signal: abort });
  }
  const isMeant = (one: { signal: string; source: string }) =>
    pattern.matches(one.signal) && (source === undefined || one.source === source);
  const troubles = observer.troubles(range);
  const spanMs = spanOf(range, observer);
  const rows = [...sums.values()].filter(isMeant).map(({ firstMs: _first, ...total }): Stat => {
    const own = troubles.filter((one) => keyOf(one) === keyOf(total));
    const sum = (figure: 'open' | 'attempts' | 'dead') => own.reduce((all, one) => all + one[figure], 0);
    const perSecond = (total.count / spanMs) * 1_000;
    return { ...total, perSecond, open: sum('open'), attempts: sum('attempts'), dead: sum('dead') };
  });
  return rows.sort((a, b) => b.count - a.count || keyOf(a).localeCompare(keyOf(b)));
}

function addTo(sums: Map<string, Total>, total: Total): void {
  const sum = sums.get(keyOf(total));
  if (sum === undefined) return void sums.set(keyOf(total), total);
  sum.count += total.count;
  sum.bytes += total.bytes;
  sum.firstMs = Math.min(sum.firstMs, total.firstMs);
  sum.lastMs = Math.max(sum.lastMs, total.lastMs);
}

function keyOf({ signal, source }: { signal: string; source: string }): string {
  return `${signal}\n${source}`;
}

function spanOf({ sinceMs, untilMs }: TimeRange, observer: Observer): number {
  return Math.max(1, untilMs - Math.max(sinceMs, observer.span()?.oldestMs ?? sinceMs));
}
