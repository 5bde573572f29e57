import { statSync } from 'node:fs';
import { toError, type KlorosError } from '../../base/errors.js';
import { damageNote, noteDamage } from './damage-note.js';
import { damagedError, goneError, isDamage } from './journal-errors.js';

/** Well below the second within which every process knows. */
const LOOK_EVERY_MS = 500;
/** A checkpoint, a WAL and its index belong together: each is the same file for as long as anybody has the journal open. */
const PARTS = ['', '-wal', '-shm'];

/** Watches over the file of an open journal: that it is the one at its path, and that its pages are what they were. */
export interface Guard {
  /** Throws why nothing new may be accepted, as far as it is known: JOURNAL_GONE, JOURNAL_DAMAGED. Costs nothing. */
  demand(): void;
  /** Looks at once; throws JOURNAL_GONE where the file is not at its path. What is done may be written down in a damaged one. */
  demandPlace(): void;
  /** The same object, whose calls that meet damage throw JOURNAL_DAMAGED. */
  watch<T extends object>(part: T): T;
  /** What an error of SQLite means; damage is remembered and told. */
  explain(error: unknown): unknown;
  close(): void;
}

/** Begins to watch, for damage that others meet too; `tell` is called once, with the first reason for which this process cannot go on. */
export function guardJournal(path: string, tell: (error: KlorosError) => void): Guard {
  const opened = numbersOf(path);
  let known: KlorosError | undefined;
  const remember = (error: KlorosError): KlorosError => {
    if (known === undefined) tell((known = error));
    return known;
  };
  let gone: KlorosError | undefined;
  const look = () => {
    const why = gone === undefined ? differenceOf(path, opened) : undefined;
    if (why !== undefined) remember((gone = goneError(path, why)));
  };
  const noteBefore = damageNote(path)?.at;
  const lookAll = () => {
    look();
    const note = damageNote(path);
    if (note !== undefined && note.at !== noteBefore) remember(damagedError(path, new Error(note.why)));
  };
  const explain = (error: unknown): unknown => {
    if (!isDamage(error)) return error;
    noteDamage(path, error);
    return remember(damagedError(path, error));
  };
  const timer = setInterval(lookAll, LOOK_EVERY_MS).unref();
  return {
    demand: () => {
      if (known !== undefined) throw known;
    },
    demandPlace: () => {
      look();
      if (gone !== undefined) throw gone;
    },
    watch: (part) => watched(part, explain),
    explain,
    close: () => clearInterval(timer),
  };
}

/** The same object, each of whose methods throws what `explain` makes of its error. */
export function watched<T extends object>(part: T, explain: (error: unknown) => unknown): T {
  const members = Object.entries(part).map(([name, member]: [string, unknown]) => [
    name,
    typeof member === 'function' ? explaining(member.bind(part) as Call, explain) : member,
  ]);
  return Object.fromEntries(members) as T;
}

type Call = (...args: unknown[]) => unknown;

function explaining(call: Call, explain: (error: unknown) => unknown): Call {
  return (...args) => {
    try {
      const answer = call(...args);
      if (!(answer instanceof Promise)) return answer;
      return answer.catch((error: unknown) => Promise.reject(toError(explain(error))));
    } catch (error) {
      throw explain(error);
    }
  };
}

function numbersOf(path: string): (string | undefined)[] {
  return PARTS.map((part) => {
    const found = statSync(path + part, { throwIfNoEntry: false });
    return found && `${found.dev}:${found.ino}`;
  });
}

function differenceOf(path: string, opened: readonly (string | undefined)[]): string | undefined {
  const now = numbersOf(path);
  const index = now.findIndex((numbers, at) => numbers !== opened[at]);
  if (index === -1) return undefined;
  const file = path + (PARTS[index] ?? '');
  if (now[index] === undefined) return `${file} is no longer there`;
  return `${file} is another file than the one that this process has open`;
}
