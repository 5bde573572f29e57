import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { errorCode, KlorosError, toError } from './errors.js';
import { own } from './own.js';

/** A file that is being written is no error until it has been still for so long. */
const STILL_MS = 1_000;

/** An edit that cannot be used. */
export interface Refusal {
  /** Version of the refused text. */
  version: string;
  error: KlorosError;
  /** Epoch milliseconds of the edit. */
  editedAtMs: number;
}

/** How a file is understood, and under which keys of a daemon's state its story is kept. */
export interface HotFileOptions<T> {
  path: string;
  /** Understands a text; the empty one is that of a file that is not there. Throws KlorosError. */
  parse: (text: string) => T;
  keys: {
    /** The last text that was understood. */
    accepted: string;
    /** The version that was refused, so that each bad edit is told of once. */
    refused: string;
  };
  /** Code of the error of a file that cannot be read. */
  unreadable: string;
}

/** What has to be said and remembered about the file. */
export interface FileNews {
  /** An edit that is to be told of. */
  refused: KlorosError | undefined;
  /** Whether another text is in force than the state knows. */
  isNew: boolean;
  state: { key: string; value: unknown }[];
}

interface Content {
  text: string;
  editedAtMs: number;
  /** Tells one state of the file from another without reading it. */
  mark: string;
}

const NOTHING_NEW: FileNews = { refused: undefined, isNew: false, state: [] };

/**
 * A file of rules, looked at again before each use. A text that is understood is in force at once; one that is not is
 * refused whole, and what was before it stays, over a restart too, as its text is in the daemon's state.
 */
export class HotFile<T> {
  readonly #options: HotFileOptions<T>;
  #mark: string | undefined;
  #text = '';
  #current: T;
  #refusal: Refusal | undefined;

  /** `state` is the daemon's own; nothing is read from the disk before refresh(). */
  constructor(options: HotFileOptions<T>, state: Readonly<Record<string, unknown>>) {
    this.#options = options;
    this.#current = options.parse('');
    const text = this.#acceptedIn(state);
    if (text !== '') this.#accept(text);
  }

  /** What is in force. */
  get current(): T {
    return this.#current;
  }

  /** The edit that was refused, where the file holds one. */
  get refusal(): Refusal | undefined {
    return this.#refusal;
  }

  /** Looks at the file, and reads it where it has changed. */
  async refresh(): Promise<T> {
    const { path, unreadable: code } = this.#options;
    try {
      const content = await readContent(path, this.#mark);
      if (content !== undefined) this.#take(content);
    } catch (error) {
      this.#mark = undefined;
      const why = toError(error).message;
      const unread = new KlorosError({ code, message: `${path} cannot be read`, why });
      this.#refusal = { version: versionOf(code), error: unread, editedAtMs: 0 };
    }
    return this.#current;
  }

  /** What is new since the state was written; said and remembered in one transaction. */
  news(state: Readonly<Record<string, unknown>>, nowMs: number): FileNews {
    const { accepted, refused } = this.#options.keys;
    const refusal = this.#refusal;
    if (refusal !== undefined) {
      const isTold = own(state, refused) === refusal.version || nowMs - refusal.editedAtMs < STILL_MS;
      if (isTold) return NOTHING_NEW;
      return { refused: refusal.error, isNew: false, state: [{ key: refused, value: refusal.version }] };
    }
    const changes: FileNews['state'] = [];
    if (this.#acceptedIn(state) !== this.#text)
      changes.push({ key: accepted, value: this.#text === '' ? null : this.#text });
    if (own(state, refused) !== undefined) changes.push({ key: refused, value: null });
    return changes.length === 0 ? NOTHING_NEW : { refused: undefined, isNew: true, state: changes };
  }

  #take({ text, mark, editedAtMs }: Content): void {
    this.#mark = mark;
    try {
      this.#current = this.#options.parse(text);
      this.#text = text;
      this.#refusal = undefined;
    } catch (error) {
      if (!(error instanceof KlorosError)) throw error;
      this.#refusal = { version: versionOf(text), error, editedAtMs };
    }
  }

  /** A text that was understood by an older kloros may not be now. */
  #accept(text: string): void {
    try {
      this.#current = this.#options.parse(text);
      this.#text = text;
    } catch (error) {
      if (!(error instanceof KlorosError)) throw error;
      this.#refusal = { version: versionOf(text), error, editedAtMs: 0 };
    }
  }

  #acceptedIn(state: Readonly<Record<string, unknown>>): string {
    const text = own(state, this.#options.keys.accepted);
    return typeof text === 'string' ? text : '';
  }
}

/** Eight hex digits of a text. */
export function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** Undefined where nothing has changed; a file that is not there is an empty one. */
async function readContent(path: string, mark: string | undefined): Promise<Content | undefined> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    const seen = `${mtimeMs} ${size} ${ino}`;
    return seen === mark ? undefined : { text: await readFile(path, 'utf8'), mark: seen, editedAtMs: mtimeMs };
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return mark === 'absent' ? undefined : { text: '', mark: 'absent', editedAtMs: 0 };
  }
}
