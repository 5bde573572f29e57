import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../base/errors.js';
import { withFileLock } from '../base/file-lock.js';
import { appendJsonLines, readJsonLines } from '../base/json-lines.js';

/** What a replay was asked to do, and on which rows: the selection is frozen here. */
export interface RunHeader {
  /** Its id; part of the ids of what it says. */
  run: string;
  startedAtMs: number;
  reason: string | null;
  broadcast: boolean;
  /** Rows a second; null: as fast as it goes. */
  rate: number | null;
  /** Sizes of steps; null: all in one. */
  ramp: number[] | null;
  /** Longest time to watch what becomes of a step. */
  watchMs: number;
  ids: string[];
}

/** A row that was sent: the new signal's id where one was said in its place. */
export interface SentRow {
  id: string;
  newId?: string;
}

const ENDING = '.jsonl';

/** The record of one replay: an interrupted one is continued from it. */
export class RunRecord {
  readonly header: RunHeader;
  readonly #path: string;

  constructor(folder: string, header: RunHeader) {
    this.header = header;
    this.#path = join(folder, `${header.run}${ENDING}`);
  }

  /** Does the work of this replay while no other process does it. Throws FILE_BUSY with the process that does. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    return withFileLock(this.#path, work);
  }

  /** Writes the frozen selection, before anything is sent. */
  async begin(): Promise<void> {
    await appendJsonLines(this.#path, [this.header]);
  }

  async note(sent: readonly SentRow[]): Promise<void> {
    await appendJsonLines(this.#path, [{ sent }]);
  }

  /** Written before rows are said anew: a new signal may fail before its row is noted as sent. */
  async announce(saying: readonly SentRow[]): Promise<void> {
    await appendJsonLines(this.#path, [{ saying }]);
  }

  /** Rows that were or are about to be said anew. */
  async announced(): Promise<SentRow[]> {
    const rows: SentRow[] = [];
    for await (const { value } of readJsonLines(this.#path)) if (isSaying(value)) rows.push(...value.saying);
    return rows;
  }

  /** Rows that were sent before. */
  async sent(): Promise<SentRow[]> {
    const rows: SentRow[] = [];
    for await (const { value } of readJsonLines(this.#path)) if (isSent(value)) rows.push(...value.sent);
    return rows;
  }

  /** It is over; what became of each row is in the archive. */
  async end(): Promise<void> {
    await unlink(this.#path);
  }
}

/** Replays that were interrupted or are still at work, the oldest first. */
export async function unfinishedRuns(folder: string): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  for (const name of (await namesIn(folder)).sort()) {
    const header = await headerAt(join(folder, name));
    if (header) records.push(new RunRecord(folder, header));
  }
  return records;
}

/** Reasons that were given for the replays that are not finished, the oldest first. */
export async function reasonsOfReplays(folder: string): Promise<string[]> {
  return (await unfinishedRuns(folder)).flatMap(({ header }) => header.reason ?? []);
}

async function headerAt(path: string): Promise<RunHeader | undefined> {
  for await (const { value } of readJsonLines(path)) return isHeader(value) ? value : undefined;
  return undefined;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith(ENDING));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function isHeader(value: unknown): value is RunHeader {
  return typeof value === 'object' && value !== null && 'run' in value && 'ids' in value && Array.isArray(value.ids);
}

function isSaying(value: unknown): value is { saying: SentRow[] } {
  return typeof value === 'object' && value !== null && 'saying' in value && Array.isArray(value.saying);
}

function isSent(value: unknown): value is { sent: SentRow[] } {
  return typeof value === 'object' && value !== null && 'sent' in value && Array.isArray(value.sent);
}
