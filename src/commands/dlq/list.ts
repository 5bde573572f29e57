import { Flags } from '@oclif/core';
import chalk from 'chalk';
import { systemClock } from '../../lib/base/clock.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { chosen, isNarrowed, nothingMatched, selectionFlags, storeOf } from '../../lib/cli/dlq-selection.js';
import { archiveTable, lettersTable } from '../../lib/cli/dlq-tables.js';
import type { Resolution } from '../../lib/dead-letter/archive.js';
import type { Letter } from '../../lib/dead-letter/letter.js';
import type { DeadLetterStore } from '../../lib/dead-letter/store.js';
import { viewOf, type LetterView } from '../../lib/dead-letter/view.js';

/** A letter, and how it left where it is in the archive. */
type Row = LetterView & { resolution?: Resolution };

/** Lists dead letters. */
export default class DlqList extends KlorosCommand {
  static override summary = 'What failed and is open, the newest first';
  static override description = `Reads failed_signals.jsonl, whoever wrote into it. With --archived, what left it: replayed, edited, deleted.
Exit code 3 where a filter matches nothing.`;
  static override examples = [
    '<%= config.bin %> dlq list',
    '<%= config.bin %> dlq list --daemon capability-integrator --since 1h',
    `<%= config.bin %> dlq list --where 'facts.confidence < 0.5 && attempts > 3' --json`,
    '<%= config.bin %> dlq list --archived --limit 20',
  ];
  static override flags = {
    ...selectionFlags,
    archived: Flags.boolean({ summary: 'What left the queue and is still kept' }),
    limit: Flags.integer({ summary: 'At most so many; all of them under --json', default: 50, min: 1 }),
  };

  async run(): Promise<Row[]> {
    const { flags } = await this.parse(DlqList);
    const { config } = await this.settings();
    const store = storeOf(config);
    const resolutions = new WeakMap<Letter, Resolution>();
    const letters = flags.archived ? () => archived(store, resolutions) : () => store.letters();
    const found = await chosen(letters, flags);
    const newest = new Newest(this.mode === 'json' ? Infinity : flags.limit);
    for await (const letter of found)
      newest.add(
        { ...viewOf(letter, config.dlq.quarantineAfter), ...left(letter, resolutions) },
        letter.failedAtMs ?? 0,
      );
    if (found.count === 0 && isNarrowed(flags)) throw nothingMatched(found.total);
    const rows = newest.rows();
    if (rows.length > 0) {
      const nowMs = systemClock.nowMs();
      this.log(flags.archived ? archiveTable(rows, nowMs) : lettersTable(rows, nowMs));
    }
    this.log(chalk.dim(`${found.count} of ${found.total} ${flags.archived ? 'archived' : 'open'}`));
    if (found.count > rows.length) this.note(`${found.count - rows.length} more; --limit shows more`);
    return rows;
  }
}

/** The rows that failed last, the newest first; of many it holds few more than are wanted. */
class Newest {
  readonly #most: number;
  #rows: { row: Row; failedAtMs: number }[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  add(row: Row, failedAtMs: number): void {
    this.#rows.push({ row, failedAtMs });
    if (this.#rows.length > 2 * this.#most) this.#cut();
  }

  rows(): Row[] {
    this.#cut();
    return this.#rows.map(({ row }) => row).toReversed();
  }

  /** Of equal times the later line is the newer one: the sort keeps their order. */
  #cut(): void {
    this.#rows.sort((left, right) => left.failedAtMs - right.failedAtMs);
    this.#rows = this.#rows.slice(-this.#most);
  }
}

async function* archived(store: DeadLetterStore, resolutions: WeakMap<Letter, Resolution>): AsyncGenerator<Letter> {
  for await (const { letter, resolution } of store.archivedLetters()) {
    resolutions.set(letter, resolution);
    yield letter;
  }
}

function left(letter: Letter, resolutions: WeakMap<Letter, Resolution>): Pick<Row, 'resolution'> {
  const resolution = resolutions.get(letter);
  return resolution === undefined ? {} : { resolution };
}
