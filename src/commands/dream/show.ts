import { Args } from '@oclif/core';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { notFoundError } from '../../lib/cli/command-error.js';
import { resultPage } from '../../lib/cli/dream-page.js';
import { pathsOf } from '../../lib/config/paths.js';
import type { DreamResult } from '../../lib/dream/result.js';
import { readResults } from '../../lib/dream/results.js';

/** Shows one cycle. */
export default class DreamShow extends KlorosCommand {
  static override summary = 'One cycle: its winner, fitness over generations and Pareto front';
  static override examples = ['<%= config.bin %> dream show', '<%= config.bin %> dream show --json'];
  static override args = { cycle: Args.string({ description: 'id of the cycle, or its end; default: the newest' }) };

  async run(): Promise<DreamResult> {
    const { args } = await this.parse(DreamShow);
    const { config } = await this.settings();
    const results = await readResults(pathsOf(config).dreamLab);
    const { cycle = '' } = args;
    const result = results.find(({ cycle_id }) => cycle_id.endsWith(cycle));
    if (result === undefined) throw cycleNotFound(cycle, results);
    this.log(resultPage(result, process.stdout.columns));
    return result;
  }
}

function cycleNotFound(name: string, results: readonly DreamResult[]) {
  const candidates = results.map(({ cycle_id }) => cycle_id);
  return notFoundError({ kind: 'cycle', name, candidates, command: 'kloros dream show', list: 'kloros dream history' });
}
