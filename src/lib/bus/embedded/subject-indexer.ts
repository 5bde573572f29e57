import type { Logger } from '../../base/log.js';
import { subjectsOf } from '../../signals/subject.js';
import type { Journal } from './journal.js';
import type { SubjectEntry } from './operations.js';
import { signalOf } from './rows.js';
import type { NamingRow } from './subject-table.js';

/**
 * Writes down what signals name, so that `trace` need not read the whole journal for an old name; only the hub has one.
 *
 * From a mark and not as signals are appended: nobody who emits pays for it, a journal of an earlier version is caught up
 * with beside its use, and what an older kloros still appends during an upgrade is not missed.
 */
export class SubjectIndexer {
  readonly #journal: Pick<Journal, 'read' | 'unindexed' | 'write'>;
  readonly #log: Logger;
  #running: Promise<void> | undefined;
  #seen = -1;
  #closed = false;

  constructor(journal: Pick<Journal, 'read' | 'unindexed' | 'write'>, log: Logger) {
    this.#journal = journal;
    this.#log = log;
  }

  /** Starts catching up where something was said and nothing runs. */
  tick(): void {
    const newest = this.#journal.read.newest();
    if (newest === this.#seen || this.#running !== undefined) return;
    this.#seen = newest;
    this.#running = this.#catchUp().finally(() => (this.#running = undefined));
  }

  /** Ends with the page that is being written. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #catchUp(): Promise<void> {
    try {
      for (let page = this.#next(); page !== undefined; page = this.#next()) {
        const entries = page.rows.flatMap((row) => this.#entriesOf(row));
        await this.#journal.write({ kind: 'index', entries, upToSeq: page.upToSeq });
      }
    } catch (error) {
      this.#seen = -1;
      this.#log.warn({ err: error }, 'Names of subjects were not written down; it is tried again in a second');
    }
  }

  #next() {
    return this.#closed ? undefined : this.#journal.unindexed();
  }

  #entriesOf(row: NamingRow): SubjectEntry[] {
    const signal = signalOf(row);
    if (signal.unreadable === undefined) return subjectsOf(signal).map((subject) => ({ ...subject, seq: row.seq }));
    const { unreadable: why } = signal;
    this.#log.warn({ why, seq: row.seq }, 'A signal in the journal cannot be read: nothing of it is found by name');
    return [];
  }
}
