import { Flags } from '@oclif/core';
import chalk from 'chalk';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { renderTable } from '../../lib/cli/table.js';
import { pathsOf } from '../../lib/config/paths.js';
import { listOf, type IntentPage, type IntentRow, type IntentState } from '../../lib/intents/list.js';

const STATES = ['pending', 'quarantined'] as const;

/** Lists intents. */
export default class IntentList extends KlorosCommand {
  static override summary = 'Intents that wait to be routed, and those in quarantine with the reason';
  static override description = `A pending intent waits for intent_router. A quarantined one could not be read or routed;
its dead letter holds the content, and moved back into the intents folder it is tried again.`;
  static override examples = [
    '<%= config.bin %> intent list',
    '<%= config.bin %> intent list --state quarantined --limit 10',
    '<%= config.bin %> intent list --json',
  ];
  static override flags = {
    state: Flags.option({ summary: 'Only these', options: STATES })(),
    limit: Flags.integer({ summary: 'At most so many of each state', default: 100, min: 1 }),
  };

  async run(): Promise<Partial<Record<IntentState, IntentPage>>> {
    const { flags } = await this.parse(IntentList);
    const { config } = await this.settings();
    const states = flags.state === undefined ? STATES : [flags.state];
    const pages = await Promise.all(
      states.map(async (state) => [state, await listOf(state, pathsOf(config), flags.limit)] as const),
    );
    const rows = pages.flatMap(([, page]) => page.rows);
    if (rows.length > 0) this.log(this.#table(rows));
    this.log(chalk.dim(pages.map(([state, { total }]) => `${total} ${state}`).join(', ')));
    for (const [state, page] of pages) {
      if (page.total > flags.limit) this.note(`${page.total - flags.limit} more are ${state}; --limit shows more`);
    }
    return Object.fromEntries(pages);
  }

  #table(rows: readonly IntentRow[]): string {
    const columns = [
      { title: 'state', cell: (row: IntentRow) => row.state },
      { title: 'written', cell: (row: IntentRow) => row.written_at },
      { title: 'intent', cell: (row: IntentRow) => row.name },
      { title: 'bytes', cell: (row: IntentRow) => String(row.bytes), align: 'right' as const },
      { title: 'reason', cell: (row: IntentRow) => row.reason, flexible: true },
    ];
    return renderTable(rows, columns, { widthColumns: process.stdout.columns });
  }
}
