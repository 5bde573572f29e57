import { isoTimestamp } from '../base/clock.js';
import { archivedOf, type Resolution } from './archive.js';
import type { EarlierFailure, Past } from './entry.js';
import { letterOf, type Letter } from './letter.js';
import type { StorePaths } from './store.js';
import { Tail } from './tail.js';

/** A failure that is in the files already; the newest of what failed under its key. */
interface KnownFailure {
  number: number;
  replay: number;
  history: readonly EarlierFailure[];
  failure: Omit<EarlierFailure, 'replayed_at' | 'reason'>;
  /** Absent while it is open. */
  left?: Resolution;
}

/** What failed: one daemon's failure at one thing. */
export interface FailureKey {
  daemon: string;
  key: string;
}

const LONGEST_ERROR = 500;

/** Our failures in the two files, by what failed; reads only what is new in them. */
export class KnownFailures {
  readonly #open: Tail;
  readonly #archive: Tail;
  #opened = new Map<string, KnownFailure>();
  #left = new Map<string, KnownFailure>();

  constructor(paths: StorePaths) {
    this.#open = new Tail(paths.failedSignals);
    this.#archive = new Tail(paths.failedSignalsArchive);
  }

  async refresh(): Promise<void> {
    const opened = await this.#open.read();
    if (opened.anew) this.#opened = new Map();
    for (const line of opened.lines) note(this.#opened, letterOf(line));
    const left = await this.#archive.read();
    if (left.anew) this.#left = new Map();
    for (const archived of left.lines.flatMap((line) => archivedOf(line) ?? []))
      note(this.#left, archived.letter, archived.resolution);
  }

  /** Whether this very failure is in the files already. */
  has(what: FailureKey & { number: number }): boolean {
    return [this.#opened, this.#left].some((known) => known.get(nameOf(what))?.number === what.number);
  }

  isOpen(what: FailureKey): boolean {
    return this.#opened.has(nameOf(what));
  }

  /** The failures before this one. An open one was replayed when the new one says so, or an intent file came back. */
  pastOf(what: FailureKey & { replay: number }, asked: { nowMs: number; reason: string | null }): Past {
    const before = this.#opened.get(nameOf(what)) ?? this.#left.get(nameOf(what));
    if (before === undefined) return { replay: what.replay, history: [] };
    const byReplay = before.left?.kind === 'replayed' || what.replay > before.replay;
    const replayedAt = byReplay ? (before.left?.at ?? isoTimestamp(asked.nowMs)) : null;
    const reason = before.left === undefined ? asked.reason : before.left.reason;
    const earlier = { ...before.failure, replayed_at: replayedAt, reason: byReplay ? reason : null };
    return {
      replay: Math.max(what.replay, before.replay + (byReplay ? 1 : 0)),
      history: [...before.history, earlier],
    };
  }
}

function note(known: Map<string, KnownFailure>, letter: Letter, left?: Resolution): void {
  const { number, key, daemon, replay, history, error, attempts, failedAtMs } = letter;
  if (number === null || key === null) return;
  const failure = { error: error.slice(0, LONGEST_ERROR), failed_at: isoTimestamp(failedAtMs ?? 0), attempts };
  known.set(nameOf({ daemon, key }), { number, replay, history, failure, ...(left === undefined ? {} : { left }) });
}

function nameOf({ daemon, key }: FailureKey): string {
  return `${daemon}\n${key}`;
}
