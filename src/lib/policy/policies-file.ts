import { readFile, stat } from 'node:fs/promises';
import { errorCode, KlorosError, toError } from '../base/errors.js';
import type { StateChange } from '../bus/bus.js';
import type { FactsOf } from '../signals/catalogue.js';
import { builtInPolicies, parsePolicies, versionOf, type ParseOptions, type Policies } from './policies.js';

/** Where the daemon's state keeps the last text that was understood. */
const ACCEPTED = 'policies:accepted';
/** And the version that was refused, so that each bad edit is told of once. */
const REFUSED = 'policies:refused';
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

/** What has to be said and remembered about the file. */
export interface FileNews {
  alerts: FactsOf<'Q_HEALTH_ALERT'>[];
  state: StateChange[];
  /** What an operator's log says. */
  words: string | undefined;
}

interface Content {
  text: string;
  editedAtMs: number;
  /** Tells one state of the file from another without reading it. */
  mark: string;
}

/**
 * policies.yaml, looked at again before each decision. A text that is understood is in force at once; one that is not
 * is refused whole, and the rules before it stay, over a restart too, as their text is in the daemon's state.
 */
export class PoliciesFile {
  readonly #options: ParseOptions;
  #mark: string | undefined;
  #text = '';
  #current: Policies;
  #refusal: Refusal | undefined;

  /** `state` is the engine's own; nothing is read from the disk before refresh(). */
  constructor(options: ParseOptions, state: Readonly<Record<string, unknown>>) {
    this.#options = options;
    const text = acceptedText(state);
    this.#current = builtInPolicies(options.alsoSays);
    if (text !== '') this.#accept(text);
  }

  /** Rules that are in force. */
  get current(): Policies {
    return this.#current;
  }

  /** The edit that was refused, where the file holds one. */
  get refusal(): Refusal | undefined {
    return this.#refusal;
  }

  /** Looks at the file, and reads it where it has changed. */
  async refresh(): Promise<Policies> {
    try {
      const content = await readContent(this.#options.path, this.#mark);
      if (content !== undefined) this.#take(content);
    } catch (error) {
      const why = toError(error).message;
      this.#refuse({ code: 'POLICIES_UNREADABLE', message: `${this.#options.path} cannot be read`, why }, '', 0);
    }
    return this.#current;
  }

  /** What is new since the state was written; said and remembered in one transaction. */
  news(state: Readonly<Record<string, unknown>>, nowMs: number): FileNews {
    const refused = state[REFUSED];
    const refusal = this.#refusal;
    if (refusal !== undefined) {
      const isTold = refused === refusal.version || nowMs - refusal.editedAtMs < STILL_MS;
      return isTold ? NOTHING_NEW : refusalNews(refusal);
    }
    const changes: StateChange[] = [];
    if (acceptedText(state) !== this.#text)
      changes.push({ key: ACCEPTED, value: this.#text === '' ? null : this.#text });
    if (refused !== undefined) changes.push({ key: REFUSED, value: null });
    if (changes.length === 0) return NOTHING_NEW;
    return { alerts: [], state: changes, words: `Policies ${this.#current.version} are in force` };
  }

  #take({ text, mark, editedAtMs }: Content): void {
    this.#mark = mark;
    try {
      this.#current = text === '' ? builtInPolicies(this.#options.alsoSays) : parsePolicies(text, this.#options);
      this.#text = text;
      this.#refusal = undefined;
    } catch (error) {
      if (!(error instanceof KlorosError)) throw error;
      this.#refusal = { version: versionOf(text), error, editedAtMs };
    }
  }

  #refuse(parts: ConstructorParameters<typeof KlorosError>[0], text: string, editedAtMs: number): void {
    this.#mark = undefined;
    this.#refusal = { version: versionOf(`${parts.code}${text}`), error: new KlorosError(parts), editedAtMs };
  }

  /** A text that was understood by an older kloros may not be now. */
  #accept(text: string): void {
    try {
      this.#current = parsePolicies(text, this.#options);
      this.#text = text;
    } catch (error) {
      this.#refusal = { version: versionOf(text), error: asKlorosError(error), editedAtMs: 0 };
    }
  }
}

const NOTHING_NEW: FileNews = { alerts: [], state: [], words: undefined };

function refusalNews({ version, error }: Refusal): FileNews {
  const words = `${error.message}: ${error.why ?? ''}`;
  const alert = {
    alert_type: 'policies_invalid',
    severity: 'warning' as const,
    metric_value: words,
    threshold: 'valid',
    recommended_action: 'mend_policies_yaml',
  };
  return { alerts: [alert], state: [{ key: REFUSED, value: version }], words: `${words}. The old rules stay in force` };
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

function acceptedText(state: Readonly<Record<string, unknown>>): string {
  const text = state[ACCEPTED];
  return typeof text === 'string' ? text : '';
}

function asKlorosError(error: unknown): KlorosError {
  if (error instanceof KlorosError) return error;
  return new KlorosError({ code: 'INVALID_POLICIES', message: toError(error).message });
}
