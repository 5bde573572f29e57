import type { Observer, TimeRange, Total, Trouble } from '../observer.js';
import type { Database } from './database.js';

/** As decodeFrame reads it (formats.md §1): a foreign frame may name its source in its facts, or nowhere. */
const SOURCE = `coalesce(
  CASE WHEN json_type(body, '$.source') = 'text' THEN nullif(body ->> '$.source', '') END,
  CASE WHEN json_type(body, '$.facts.source') = 'text' THEN nullif(body ->> '$.facts.source', '') END,
  'unknown')`;
const BODY = `CASE WHEN json_valid(cast(frame AS TEXT)) THEN cast(frame AS TEXT) ELSE '{}' END AS body`;
const RANGE = '+at_ms BETWEEN @sinceMs AND @untilMs';
const MOST_HOLES = 100;

/** Counts by name and source; the source is inside the frame, so each is looked into, and a long range asked for in parts. */
export function openTotals(database: Database): Pick<Observer, 'totals' | 'troubles' | 'holes'> {
  const totals = database.prepare<[TimeRange & { first: number; last: number }], Total>(
    `SELECT names.name AS signal, source, count(*) AS count, sum(bytes) AS bytes, min(at_ms) AS firstMs, max(at_ms) AS lastMs
     FROM (SELECT name_id, at_ms, bytes, ${SOURCE} AS source FROM (
       SELECT name_id, at_ms, length(frame) AS bytes, ${BODY} FROM signals WHERE seq BETWEEN @first AND @last AND ${RANGE}
     )) JOIN names ON names.id = name_id GROUP BY name_id, source`,
  );
  const troubled = (table: string, figures: string) =>
    database.prepare<[TimeRange], Trouble>(
      `SELECT signal, source, ${figures} FROM (SELECT *, ${SOURCE} AS source FROM (
         SELECT names.name AS signal, ${table}.*, ${BODY} FROM ${table} JOIN signals ON signals.seq = ${table}.seq
         JOIN names ON names.id = name_id WHERE ${RANGE}
       )) GROUP BY signal, source`,
    );
  const open = troubled('work', 'count(*) AS open, sum(attempts) AS attempts, 0 AS dead');
  const dead = troubled('dead', `0 AS open, sum(letter ->> '$.attempts') AS attempts, count(*) AS dead`);
  const holes = database.prepare<[number, number], { from: number; to: number }>(
    `SELECT seq + 1 AS "from", next - 1 AS "to" FROM (
       SELECT seq, lead(seq) OVER (ORDER BY seq) AS next FROM signals WHERE seq BETWEEN ? AND ?
     ) WHERE next > seq + 1 LIMIT ${MOST_HOLES}`,
  );
  return {
    totals: (range, { first, last }) => totals.all({ ...range, first, last }),
    troubles: (range) => [...open.all({ ...range }), ...dead.all({ ...range })],
    holes: ({ first, last }) => holes.all(first, last),
  };
}
