import chalk from 'chalk';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { winnerTable } from '../../lib/cli/dream-tables.js';
import { pathsOf } from '../../lib/config/paths.js';
import { readResults } from '../../lib/dream/results.js';
import { winnersOf, type WinnerRow } from '../../lib/dream/winners.js';

/** Lists the winners. */
export default class DreamWinners extends KlorosCommand {
  static override summary = 'The newest winner of each experiment, with what it improved';
  static override examples = ['<%= config.bin %> dream winners', '<%= config.bin %> dream winners --json'];

  async run(): Promise<WinnerRow[]> {
    await this.parse(DreamWinners);
    const { config } = await this.settings();
    const rows = winnersOf(await readResults(pathsOf(config).dreamLab));
    if (rows.length === 0) this.log(chalk.dim('No cycle has found anything better than what is in use yet'));
    else this.log(winnerTable(rows, process.stdout.columns));
    return rows;
  }
}
