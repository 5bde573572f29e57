import { open } from 'node:fs/promises';
import { withFileLock } from '../base/file-lock.js';
import { appendJsonLines, readJsonLines, type JsonLine } from '../base/json-lines.js';
import {
  fileIdentity,
  RecordIndex,
  type IndexedFile,
  type RowKey,
  type RowKeys,
  type RowPlace,
} from './record-index.js';
import { readRecord, type InvestigationRecord } from './record.js';

/** Where the records and their index lie; `Paths` of lib/config has both. */
export interface StorePaths {
  investigations: string;
  investigationIndex: string;
}

/** How much is in the store. */
export interface StoreFigures {
  records: number;
  /** Lines that are no investigation; they stay where they are. */
  badLines: number;
}

/** `curiosity_investigations.jsonl` with one lookup per question: foreign writers may append to it as well. */
export interface InvestigationStore {
  /** Durable when it resolves. One row per signal: if there is one already, that one is returned and nothing is written. */
  append(record: InvestigationRecord): Promise<InvestigationRecord>;
  /** The newest record of a question. */
  latest(questionId: string): Promise<InvestigationRecord | undefined>;
  /** The record that answered a signal. */
  bySignal(signalId: string): Promise<InvestigationRecord | undefined>;
  byId(id: string): Promise<InvestigationRecord | undefined>;
  /** By what Q_INVESTIGATION_COMPLETE says in investigation_timestamp. */
  byTimestamp(investigationTimestamp: string): Promise<InvestigationRecord | undefined>;
  figures(): Promise<StoreFigures>;
  close(): void;
}

const ROWS_AT_ONCE = 500;

/** Opens the records of a colony; any number of processes may. */
export function openInvestigationStore(paths: StorePaths): InvestigationStore {
  return new JsonLinesStore(paths);
}

class JsonLinesStore implements InvestigationStore {
  readonly #file: string;
  readonly #index: RecordIndex;
  // One reader of the file at a time in this process; the index itself is safe between processes.
  #queue: Promise<unknown> = Promise.resolve();

  constructor(paths: StorePaths) {
    this.#file = paths.investigations;
    this.#index = new RecordIndex(paths.investigationIndex);
  }

  append(record: InvestigationRecord): Promise<InvestigationRecord> {
    return this.#inTurn(() => withFileLock(this.#file, () => this.#appendOnce(record)));
  }

  latest(questionId: string) {
    return this.#find('question_id', questionId);
  }

  bySignal(signalId: string) {
    return this.#find('signal_id', signalId);
  }

  byId(id: string) {
    return this.#find('id', id);
  }

  byTimestamp(investigationTimestamp: string) {
    return this.#find('investigation_timestamp', investigationTimestamp);
  }

  async figures(): Promise<StoreFigures> {
    await this.#inTurn(() => this.#catchUp());
    return { records: this.#index.count(), badLines: this.#index.known().badLines };
  }

  close(): void {
    this.#index.close();
  }

  async #appendOnce(record: InvestigationRecord): Promise<InvestigationRecord> {
    await this.#catchUp();
    const already = record.signal_id === null ? undefined : await this.#read('signal_id', record.signal_id);
    if (already) return already;
    await appendJsonLines(this.#file, [record]);
    await this.#catchUp();
    return record;
  }

  #find(key: RowKey, value: string): Promise<InvestigationRecord | undefined> {
    return this.#inTurn(async () => {
      await this.#catchUp();
      return this.#read(key, value);
    });
  }

  async #read(key: RowKey, value: string): Promise<InvestigationRecord | undefined> {
    const place = this.#index.newest(key, value);
    if (place === undefined) return undefined;
    const record = await readRow(this.#file, place);
    if (record && record[key] === value) return record;
    // The file was changed below the index, e.g. edited in place: learn it anew, once.
    this.#index.clear();
    await this.#catchUp();
    const again = this.#index.newest(key, value);
    return again && readRow(this.#file, again);
  }

  async #catchUp(): Promise<void> {
    // In this order: the index is everybody's, and one that others brought forward after the file was looked at would seem
    // to know more than there is. It would be forgotten, and whoever looked something up just then would not find it.
    const known = this.#index.known();
    const file = fileIdentity(this.#file);
    if (file && file.identity === known.identity && file.size === known.bytes) return;
    const same = file?.identity === known.identity && file.size >= known.bytes;
    if (!same && known.bytes > 0) this.#index.clear();
    const from = same ? known : { bytes: 0, badLines: 0 };
    if (file) await this.#indexFrom({ ...from, identity: file.identity });
  }

  async #indexFrom(state: IndexedFile): Promise<void> {
    const before = state.bytes;
    let rows: RowKeys[] = [];
    for await (const line of readJsonLines(this.#file, state.bytes)) {
      if (!line.complete) break;
      const record = line.error ? undefined : readRecord(line.value, line.offset);
      if (record) rows.push(keysOf(record, line));
      else state.badLines += 1;
      state.bytes = line.offset + line.length + 1;
      if (rows.length < ROWS_AT_ONCE) continue;
      this.#index.add(rows, state);
      rows = [];
    }
    if (state.bytes > before) this.#index.add(rows, state);
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(task);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }
}

function keysOf(record: InvestigationRecord, { offset, length }: JsonLine): RowKeys {
  const { id, question_id, signal_id, investigation_timestamp } = record;
  return { id, question_id, signal_id, investigation_timestamp, offset, length };
}

async function readRow(path: string, place: RowPlace): Promise<InvestigationRecord | undefined> {
  const handle = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(place.length);
    const { bytesRead } = await handle.read(bytes, 0, place.length, place.offset);
    return readRecord(JSON.parse(bytes.toString('utf8', 0, bytesRead)), place.offset);
  } catch {
    return undefined; // Not the row the index knows; the caller learns the file anew.
  } finally {
    await handle.close();
  }
}
