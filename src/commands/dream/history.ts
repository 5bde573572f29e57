import { Args } from '@oclif/core';
import chalk from 'chalk';
import { systemClock } from '../../lib/base/clock.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { underwayText } from '../../lib/cli/dream-watch.js';
import { cycleTable } from '../../lib/cli/dream-tables.js';
import { pathsOf } from '../../lib/config/paths.js';
import { progressUnderway } from '../../lib/dream/cycle/progress.js';
import type { DreamResult } from '../../lib/dream/result.js';
import { readResults } from '../../lib/dream/results.js';

/** Lists past cycles. */
export default class DreamHistory extends KlorosCommand {
  static override summary = 'Cycles that have ended, the newest first, and what each brought';
  static override examples = ['<%= config.bin %> dream history', '<%= config.bin %> dream history compression --json'];
  static override args = { experiment: Args.string({ description: 'only cycles of this experiment' }) };

  async run(): Promise<DreamResult[]> {
    const { args } = await this.parse(DreamHistory);
    const { config } = await this.settings();
    const { dreamLab } = pathsOf(config);
    const underway = await progressUnderway(dreamLab);
    if (underway !== undefined) this.note(underwayText(underway, systemClock.nowMs()));
    const all = await readResults(dreamLab);
    const wanted = (result: DreamResult) => result.experiments.some(({ experiment }) => experiment === args.experiment);
    const results = args.experiment === undefined ? all : all.filter(wanted);
    if (results.length === 0) this.log(chalk.dim('No cycle has ended yet'));
    else this.log(cycleTable(results, systemClock.nowMs(), process.stdout.columns));
    return results;
  }
}
