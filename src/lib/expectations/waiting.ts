import { isoTimestamp } from '../base/clock.js';
import { adviceFor } from './advice.js';
import type { Expectation } from './expectation.js';
import { JournalTime } from './journal-time.js';
import { clockOf } from './judge.js';
import type { Overran } from './memory.js';
import { pairsOf, type Watcher } from './open-timeout-watch.js';
import type { OpenTrigger, Told } from './open-triggers.js';
import type { PairWatch } from './pair-watch.js';
import type { LateRow, Waiting, WaitingRow } from './waiting-row.js';
import { hearersOf, Places, type Hearer, type Place } from './place.js';

/** What a look at a pair is made with. */
interface Looked {
  pair: PairWatch;
  hearers: readonly Hearer[];
  times: JournalTime;
  nowMs: number;
}

const MOST_ROWS = 5_000;

/** Looks at every declared pair as the monitor does, and tells instead of saying. */
export async function waitingNow(watcher: Watcher, state: Readonly<Record<string, unknown>>): Promise<Waiting> {
  const { pairs, problems } = pairsOf(watcher, state);
  const times = new JournalTime(state);
  const found: Waiting = { waiting: [], late: [], total: 0, problems };
  for (const pair of pairs) {
    await pair.catchUp();
    const hearers = hearersOf(pair.expectation, await watcher.journal.consumers());
    const places = await Places.read(watcher.journal, hearers);
    const looked = { pair, hearers, times, nowMs: watcher.clock.nowMs() };
    for (const trigger of [...pair.open.all()].slice(0, MOST_ROWS))
      found.waiting.push(rowOf(looked, trigger, await places.of(trigger)));
    found.late.push(...pair.overran().flatMap((one) => lateRow(pair.expectation, one)));
    found.total += pair.open.size;
  }
  found.waiting.sort((left, right) => rankOf(left) - rankOf(right) || left.due_at.localeCompare(right.due_at));
  found.late.sort((left, right) => right.answer.said_at.localeCompare(left.answer.said_at));
  return found;
}

function rowOf({ pair, hearers, times, nowMs }: Looked, trigger: OpenTrigger, place: Place): WaitingRow {
  const { expectation } = pair;
  const { limit, sinceMs, limitMs } = clockOf(trigger, place, { expectation, times, nowMs });
  const daemon = 'daemon' in place ? place.daemon : null;
  const { paused = false, pids = [] } = hearers.find(({ name }) => name === daemon) ?? {};
  const row = {
    ...subjectOf(expectation, trigger),
    said_at: isoTimestamp(trigger.saidAtMs),
    state: place.kind,
    daemon,
    paused,
    pids: [...pids],
    attempts: 'attempts' in place ? place.attempts : 0,
    next_attempt_at: 'notBeforeMs' in place && place.notBeforeMs > nowMs ? isoTimestamp(place.notBeforeMs) : null,
    since: isoTimestamp(sinceMs),
    limit,
    limit_ms: limitMs,
    due_at: isoTimestamp(sinceMs + limitMs),
    overdue: trigger.told !== null || (!paused && sinceMs + limitMs <= nowMs),
    timeout: trigger.told && timeoutOf(trigger.told),
  };
  return { ...row, next: adviceFor(row) };
}

function lateRow(expectation: Expectation, { trigger, answer }: Overran): LateRow[] {
  if (answer === null) return [];
  const said = { id: answer.id, said_at: isoTimestamp(answer.atMs) };
  const late_by_ms = answer.atMs - trigger.told.atMs;
  return [{ ...subjectOf(expectation, trigger), timeout: timeoutOf(trigger.told), answer: said, late_by_ms }];
}

function subjectOf({ until, after }: Expectation, { key, id, trace }: OpenTrigger) {
  return { expects: until, after, key, trigger_id: id, trace };
}

function timeoutOf({ timeoutId, atMs }: Told): { id: string; said_at: string } {
  return { id: timeoutId, said_at: isoTimestamp(atMs) };
}

/** What will never come by itself first, then what is overdue. */
function rankOf({ state, overdue }: WaitingRow): number {
  if (state === 'dead') return 0;
  return overdue ? 1 : 2;
}
