import chalk from 'chalk';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { experimentTable } from '../../lib/cli/dream-tables.js';
import { pathsOf } from '../../lib/config/paths.js';
import { readExperiments } from '../../lib/dream/experiment-file.js';
import { overviewOf, type ExperimentOverview } from '../../lib/dream/overview.js';

/** Lists the experiments. */
export default class DreamList extends KlorosCommand {
  static override summary = 'Experiments: what is searched, how it is judged, and what is in use now';
  static override description = 'Checks dream.yaml as well: what is wrong in it is named with its line and key.';
  static override examples = ['<%= config.bin %> dream list', '<%= config.bin %> dream list --json'];

  async run(): Promise<ExperimentOverview[]> {
    await this.parse(DreamList);
    const { config } = await this.settings();
    const experiments = await readExperiments(pathsOf(config).dream);
    for (const warning of experiments.warnings) this.warn(`${experiments.path}, ${warning}`);
    const rows = await overviewOf(experiments, config.deployRoot);
    if (rows.length === 0) this.log(chalk.dim(`${experiments.path} has no experiments`));
    else this.log(experimentTable(rows, process.stdout.columns));
    return rows;
  }
}
