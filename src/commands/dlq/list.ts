import { Flags } from '@oclif/core';
import chalk from 'chalk';
import { systemClock } from '../../lib/base/clock.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { chosen, isNarrowed, nothingMatched, selectionFlags, storeOf } from '../../lib/cli/dlq-selection.js';
import { archiveTable, lettersTable } from '../../lib/cli/dlq-tables.js';
import type { ArchivedLetter } from '../../lib/dead-letter/archive.js';
import { viewOf, type LetterView } from '../../lib/dead-letter/view.js';

/** A letter, and how it left where it is in the archive. */
type Row = LetterView & Partial<Pick<ArchivedLetter, 'resolution'>>;

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
    const archived = new Map((flags.archived ? await store.archived() : []).map((one) => [one.letter, one]));
    const letters = flags.archived ? [...archived.keys()] : await store.read();
    const found = await chosen(letters, flags);
    if (found.length === 0 && isNarrowed(flags)) throw nothingMatched(letters.length);
    const newest = found.reverse().sort((left, right) => (right.failedAtMs ?? 0) - (left.failedAtMs ?? 0));
    const shown = this.mode === 'json' ? newest : newest.slice(0, flags.limit);
    const rows = shown.map((letter) => viewOf(letter, config.dlq.quarantineAfter));
    const left = shown.flatMap((letter) => archived.get(letter) ?? []);
    if (rows.length > 0) {
      const nowMs = systemClock.nowMs();
      this.log(flags.archived ? archiveTable(left, nowMs) : lettersTable(rows, nowMs));
    }
    this.log(chalk.dim(`${found.length} of ${letters.length} ${flags.archived ? 'archived' : 'open'}`));
    if (found.length > rows.length) this.note(`${found.length - rows.length} more; --limit shows more`);
    return rows.map((row, index) => ({ ...row, ...(left[index] ? { resolution: left[index].resolution } : {}) }));
  }
}
