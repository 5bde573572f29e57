import type { Database } from '../database.js';
import { isDamage } from '../journal-errors.js';

/** Positions, both included. */
export interface Span {
  from: number;
  to: number;
}

/** Reads rows until the end, or until a page that cannot be read; answers whether that was the end. */
export function readWhileWhole<T>(rows: () => Iterable<T>, take: (row: T) => void): boolean {
  try {
    for (const row of rows()) take(row);
    return true;
  } catch (error) {
    if (!isDamage(error)) throw error;
    return false;
  }
}

/**
 * Reads every signal that can be read, around damaged pages: upwards to the first of them, downwards to the last, and
 * between the two from wherever a position can be found. Answers the stretches in which a page could not be read.
 */
export class SignalSalvage {
  readonly #database: Database;
  readonly #select: string;
  readonly #take: (row: Record<string, unknown>) => void;
  readonly #unread: Span[] = [];
  #probe: ((seq: number, before: number) => number | undefined) | undefined;

  constructor(database: Database, columns: readonly string[], take: (row: Record<string, unknown>) => void) {
    this.#database = database;
    this.#select = `SELECT ${columns.join(', ')} FROM signals WHERE seq > ? AND seq < ? ORDER BY seq`;
    this.#take = take;
  }

  /** Positions lie below `end`, as far as it is known. */
  run(end: number): Span[] {
    const { complete, last } = this.#up(0, Number.MAX_SAFE_INTEGER);
    if (!complete) this.#between(last, this.#down(last, Number.MAX_SAFE_INTEGER) ?? Math.max(end, last + 1));
    return this.#unread;
  }

  #up(after: number, before: number): { complete: boolean; last: number } {
    let last = after;
    const complete = this.#read(`${this.#select} ASC`, [after, before], (seq) => (last = seq));
    return { complete, last };
  }

  /** Lowest position that was read; undefined where not even the last can be. */
  #down(after: number, before: number): number | undefined {
    let first: number | undefined;
    this.#read(`${this.#select} DESC`, [after, before], (seq) => (first = seq));
    return first;
  }

  #read(sql: string, bounds: [number, number], note: (seq: number) => void): boolean {
    const rows = () => this.#database.prepare<[number, number], Record<string, unknown>>(sql).iterate(...bounds);
    return readWhileWhole(rows, (row) => {
      this.#take(row);
      note(Number(row['seq']));
    });
  }

  /** Both ends are read, or are no signal; what lies between them is looked for from its middle. */
  #between(low: number, high: number): void {
    const open: [number, number][] = [[low, high]];
    for (let span = open.pop(); span !== undefined; span = open.pop()) {
      const [after, before] = span;
      if (before - after <= 1) continue;
      const middle = Math.floor((after + before) / 2);
      const found = this.#firstAt(middle, before);
      if (found === 'none') open.push([after, middle]);
      else if (found === 'damaged') {
        this.#unread.push({ from: middle, to: middle });
        open.push([after, middle], [middle, before]);
      } else open.push(...this.#around(found, after, before));
    }
  }

  /** Reads up and down from a position that is there; what is left are the stretches beyond. */
  #around(seq: number, after: number, before: number): [number, number][] {
    const { complete, last } = this.#up(seq - 1, before);
    if (last < seq) this.#unread.push({ from: seq, to: seq });
    const first = this.#down(after, seq) ?? seq;
    const above: [number, number][] = complete ? [] : [[Math.max(last, seq), before]];
    return [[after, first], ...above];
  }

  /** Prepared once: a stretch that cannot be read is asked for position by position. */
  #openProbe(): (seq: number, before: number) => number | undefined {
    const statement = this.#database
      .prepare<[number, number], number>('SELECT seq FROM signals WHERE seq >= ? AND seq < ? ORDER BY seq LIMIT 1')
      .pluck();
    return (seq, before) => statement.get(seq, before);
  }

  #firstAt(seq: number, before: number): number | 'none' | 'damaged' {
    try {
      this.#probe ??= this.#openProbe();
      const found = this.#probe(seq, before);
      return found ?? 'none';
    } catch (error) {
      if (!isDamage(error)) throw error;
      return 'damaged';
    }
  }
}

/** Neighbouring positions as stretches, in order. */
export function spansOf(positions: readonly number[]): Span[] {
  const spans: Span[] = [];
  for (const seq of [...positions].sort((a, b) => a - b)) {
    const last = spans.at(-1);
    if (last !== undefined && seq <= last.to + 1) last.to = Math.max(last.to, seq);
    else spans.push({ from: seq, to: seq });
  }
  return spans;
}
