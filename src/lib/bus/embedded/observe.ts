import { ANY_MASK, maskOf } from '../../signals/origin.js';
import type { ConsumerStatus } from '../bus.js';
import type { Attendant, Count, Holding, Integrity, Observer, OpenWork, TimeRange, Wait } from '../observer.js';
import { damageNote } from './damage-note.js';
import { openConsumerReader, type ConsumerReader } from './consumer-reader.js';
import type { Database } from './database.js';
import { openDeadStore } from './dead.js';
import { integrityOf } from './integrity.js';
import { livingAt } from './living.js';
import { readersNow } from './lock-holders.js';
import { openOwners } from './owners.js';
import { openPauses } from './pauses.js';
import { untilNotBusy } from './patience.js';
import { bounded, COLUMNS, openReader, openRows, type NumberedRow } from './reader.js';
import { openRefusals } from './refusals.js';
import { openCountsAfter } from './counts-after.js';
import { deadLettersAt, deadLettersOf, recordedOf } from './rows.js';
import { openStandingReader } from './standing.js';
import { openStateStore } from './state.js';
import { openChainsOf } from './subject-reader.js';
import { openTotals } from './totals.js';

const NAMED = 'signals JOIN names ON names.id = name_id';

/** The journal as who only looks sees it; each call is a short transaction of its own. */
export function observe(database: Database): Observer {
  const read = openReader(database);
  const past = openPast(database);
  const dead = openDeadStore(database);
  const state = openStateStore(database);
  const refusals = openRefusals(database);
  const pauses = openPauses(database);
  return {
    ...past,
    ...openPeople(database),
    ...openTotals(database),
    chainsOf: openChainsOf(database),
    countsAfter: openCountsAfter(database),
    page: (query) => read.page(query).map(recordedOf),
    find: (id) => {
      const row = read.find(id);
      return row && recordedOf(row);
    },
    newest: () => read.newest(),
    refusals: () => refusals.all(),
    pauseOf: (daemon) => pauses.of(daemon),
    published: () => read.meta('hub_cursor'),
    deadLetters: (afterNumber) => deadLettersOf({ dead }, afterNumber),
    deadOf: (seq) => deadLettersAt({ dead }, seq),
    standing: openStandingReader(database),
    begun: (daemon, afterSeq) => read.begun(daemon, afterSeq),
    state: (daemon) => state.of(daemon),
    wal: () => ({ ...read.wal(), readers: readersNow(database.name) }),
    integrity: (wholeBytes) =>
      withNote(
        database.name,
        untilNotBusy(database.name, () => integrityOf(database, wholeBytes)),
      ),
    close: () => database.close(),
  };
}

/** Where not every page was looked at, what a process met counts. */
function withNote(path: string, integrity: Integrity): Integrity {
  const note = integrity.complete ? undefined : damageNote(path);
  if (note === undefined || integrity.problems.length > 0) return integrity;
  return { ...integrity, problems: [`process ${note.pid} met damage at ${note.at}: ${note.why}`] };
}

function openPast(database: Database): Pick<Observer, 'window' | 'latest' | 'idsLike' | 'span' | 'counts'> {
  const window = database.prepare<[number, number], { first: number | null; last: number | null }>(
    'SELECT min(seq) AS first, max(seq) AS last FROM signals WHERE at_ms BETWEEN ? AND ?',
  );
  const stored = openRows(database);
  const latest = database.prepare<[string, number, number, number], NumberedRow>(
    `SELECT ${COLUMNS} WHERE name_id = (SELECT id FROM names WHERE name = ?) AND seq < ? AND entrance & ? != 0
     ORDER BY seq DESC LIMIT ?`,
  );
  // A range that the index serves; LIKE would not use it.
  const ids = database
    .prepare<[string, string, number], string>('SELECT id FROM signals WHERE id >= ? AND id < ? ORDER BY id LIMIT ?')
    .pluck();
  const oldest = database.prepare<[], number | null>('SELECT min(at_ms) FROM signals').pluck();
  const newest = database.prepare<[], number | null>('SELECT max(at_ms) FROM signals').pluck();
  const counts = database.prepare<[{ everyMs: number } & TimeRange], Count>(
    `SELECT bucket * cast(@everyMs AS INTEGER) AS atMs, names.name AS signal, count FROM (
       SELECT at_ms / cast(@everyMs AS INTEGER) AS bucket, name_id, count(*) AS count FROM signals
       WHERE at_ms BETWEEN @sinceMs AND @untilMs GROUP BY bucket, name_id
     ) JOIN names ON names.id = name_id ORDER BY bucket, signal`,
  );
  return {
    window: ({ sinceMs, untilMs }) => windowOf(window.get(sinceMs, untilMs)),
    latest: (signal, limit, { beforeSeq = Number.MAX_SAFE_INTEGER, accepts } = {}) => {
      const mask = accepts === undefined ? ANY_MASK : maskOf(accepts);
      return bounded(latest.iterate(signal, beforeSeq, mask, limit), limit).rows.map((row) => recordedOf(stored(row)));
    },
    idsLike: (prefix, limit) => ids.all(prefix, `${prefix}\u{10ffff}`, limit),
    span: () => {
      const [oldestMs, newestMs] = [oldest.get(), newest.get()];
      return typeof oldestMs === 'number' && typeof newestMs === 'number' ? { oldestMs, newestMs } : null;
    },
    counts: (range, everyMs) => counts.all({ ...range, everyMs }),
  };
}

function windowOf(row: { first: number | null; last: number | null } | undefined): ReturnType<Observer['window']> {
  const { first = null, last = null } = row ?? {};
  return first === null || last === null ? undefined : { first, last };
}

type WorkRow = Omit<OpenWork, 'state'> & { token: number };

function openPeople(
  database: Database,
): Pick<Observer, 'consumers' | 'openWork' | 'attendants' | 'waits' | 'holdings' | 'hearers'> {
  const reader = openConsumerReader(database);
  const owners = openOwners(database);
  const hearing = database
    .prepare<[string], string>(
      `SELECT consumers.name FROM subscriptions JOIN consumers ON consumers.id = consumer
       WHERE enabled = 1 AND name_id = (SELECT id FROM names WHERE name = ?) ORDER BY consumers.name`,
    )
    .pluck();
  const columns = `SELECT consumers.name AS consumer, work.seq, signals.id AS signalId, names.name AS signal, at_ms AS atMs,
    token, attempts, deaths, replay, not_before_ms AS notBeforeMs
    FROM work JOIN consumers ON consumers.id = consumer JOIN signals ON signals.seq = work.seq JOIN names ON names.id = name_id`;
  const oldest = database.prepare<[number], WorkRow>(`${columns} ORDER BY work.seq LIMIT ?`);
  const ofSignal = database.prepare<[number, number], WorkRow>(`${columns} WHERE work.seq = ? LIMIT ?`);
  const attendants = (): Attendant[] =>
    owners
      .all()
      .filter(livingAt(database.name))
      .map(({ name, bootId, pid, startTicks }) => ({ name, bootId, pid, startTicks }));
  return {
    consumers: () => {
      const living = attendants();
      return reader.consumers().map(({ id: _id, fetched: _fetched, lowest: _lowest, ...status }): ConsumerStatus => {
        return { ...status, pids: living.filter(({ name }) => name === status.name).map(({ pid }) => pid) };
      });
    },
    openWork: ({ limit, seq }) =>
      (seq === undefined ? oldest.all(limit) : ofSignal.all(seq, limit)).map(({ token, ...work }) => ({
        ...work,
        state: token > 0 ? 'running' : 'waiting',
      })),
    attendants,
    hearers: (signal) => hearing.all(signal),
    waits: openWaits(database, reader),
    holdings: openHoldings(database, reader),
  };
}

/** The oldest of what is fetched and not settled, or not fetched, for each consumer. */
function openWaits(database: Database, reader: ConsumerReader): Observer['waits'] {
  const at = database.prepare<[number], Omit<Wait, 'consumer'>>(
    `SELECT seq, signals.id AS signalId, names.name AS signal, at_ms AS atMs FROM ${NAMED} WHERE seq = ?`,
  );
  return () =>
    needy(reader).flatMap(({ name, lowest }) => {
      const wait = at.get(lowest);
      return wait ? [{ consumer: name, ...wait }] : [];
    });
}

/** What lies behind the first that a consumer needs: nothing of it may be removed. */
function openHoldings(database: Database, reader: ConsumerReader): Observer['holdings'] {
  const held = database.prepare<[number, number], Omit<Holding, 'consumer'>>(
    `SELECT count(*) AS signals, coalesce(sum(length(frame)), 0) AS bytes, coalesce(sum(at_ms < ?), 0) AS overdue
     FROM signals WHERE seq >= ?`,
  );
  return (beforeMs) =>
    needy(reader).map(({ name, lowest }) => ({
      consumer: name,
      ...(held.get(beforeMs, lowest) ?? { signals: 0, bytes: 0, overdue: 0 }),
    }));
}

/** Enabled consumers that have something to do. */
function needy(reader: ConsumerReader): { name: string; lowest: number }[] {
  return reader
    .consumers()
    .flatMap(({ name, enabled, lowest }) => (enabled && lowest !== null ? [{ name, lowest }] : []));
}
