import { cutText } from '../base/cut-text.js';
import { isoTimestamp } from '../base/clock.js';
import { archivedOf, type ArchivedLetter, type Resolution } from './archive.js';
import { replaysBefore, type EarlierFailure, type Past } from './entry.js';
import { letterOf, type Letter } from './letter.js';
import type { StorePaths } from './store.js';
import { Tail } from './tail.js';

/** A failure that is in the files already; the newest of what failed under its key. */
interface KnownFailure {
  /** Null of a foreign row. */
  number: number | null;
  daemon: string;
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
  /** By the id of the signal that was said in its place. */
  #anew = new Map<string, KnownFailure>();

  constructor(paths: StorePaths) {
    this.#open = new Tail(paths.failedSignals);
    this.#archive = new Tail(paths.failedSignalsArchive);
  }

  async refresh(): Promise<void> {
    await this.#open.read({
      anew: () => (this.#opened = new Map()),
      line: (line) => note(this.#opened, letterOf(line)),
    });
    await this.#archive.read({
      anew: () => {
        this.#left = new Map();
        this.#anew = new Map();
      },
      line: (line) => this.#noteLeft(archivedOf(line)),
    });
  }

  #noteLeft(archived: ArchivedLetter | undefined): void {
    if (archived === undefined) return;
    const { letter, resolution } = archived;
    note(this.#left, letter, resolution);
    if (resolution.newId !== undefined) this.#anew.set(resolution.newId, knownOf(letter, resolution));
  }

  hasAnew(newId: string): boolean {
    return this.#anew.has(newId);
  }

  /** Notes a row that is being said anew by a replay at work, which archives it at its end. */
  noteAnew(letter: Letter, left: Resolution & { newId: string }): void {
    if (!this.#anew.has(left.newId)) this.#anew.set(left.newId, knownOf(letter, left));
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
    const before = this.#opened.get(nameOf(what)) ?? this.#left.get(nameOf(what)) ?? this.#saidAs(what);
    if (before === undefined) return { replay: what.replay, history: [] };
    const inherited = replaysBefore(before.history);
    const byReplay = wasSent(before.left) || what.replay + inherited > before.replay;
    const earlier = { ...before.failure, ...departureOf(before, byReplay, asked), ...anewAs(before, what.key) };
    return {
      replay: Math.max(what.replay + inherited, before.replay + (byReplay ? 1 : 0)),
      history: [...before.history, earlier],
    };
  }

  /** Foreign rows name daemons in their own way: whoever fails at what was said in their place inherits. */
  #saidAs({ daemon, key }: FailureKey): KnownFailure | undefined {
    const known = this.#anew.get(key);
    return known && (known.number === null || known.daemon === daemon) ? known : undefined;
  }
}

function wasSent(left: Resolution | undefined): boolean {
  return left?.kind === 'replayed' || left?.kind === 'edited';
}

function departureOf(
  { left }: KnownFailure,
  byReplay: boolean,
  asked: { nowMs: number; reason: string | null },
): Pick<EarlierFailure, 'replayed_at' | 'reason'> {
  if (!byReplay) return { replayed_at: null, reason: null };
  return left === undefined
    ? { replayed_at: isoTimestamp(asked.nowMs), reason: asked.reason }
    : { replayed_at: left.at, reason: left.reason };
}

function anewAs({ left }: KnownFailure, key: string): Pick<EarlierFailure, 'new_id'> {
  return left?.newId === key ? { new_id: key } : {};
}

function note(known: Map<string, KnownFailure>, letter: Letter, left?: Resolution): void {
  const { number, key, daemon } = letter;
  if (number !== null && key !== null) known.set(nameOf({ daemon, key }), knownOf(letter, left));
}

function knownOf(letter: Letter, left?: Resolution): KnownFailure {
  const { number, daemon, replay, history, error, attempts, failedAtMs } = letter;
  const failure = { error: cutText(error, LONGEST_ERROR), failed_at: isoTimestamp(failedAtMs ?? 0), attempts };
  return { number, daemon, replay, history, failure, ...(left === undefined ? {} : { left }) };
}

function nameOf({ daemon, key }: FailureKey): string {
  return `${daemon}\n${key}`;
}
