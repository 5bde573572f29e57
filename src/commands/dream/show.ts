import { Args, Flags } from '@oclif/core';
import { writeFileOutside } from '../../lib/base/atomic-file.js';
import { systemClock } from '../../lib/base/clock.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { notFoundError } from '../../lib/cli/command-error.js';
import { resultPage } from '../../lib/cli/dream-page.js';
import { pathsOf } from '../../lib/config/paths.js';
import { readCandidates } from '../../lib/dream/candidates.js';
import type { DreamResult } from '../../lib/dream/result.js';
import { readResults } from '../../lib/dream/results.js';

/** Shows one cycle. */
export default class DreamShow extends KlorosCommand {
  static override summary = 'One cycle: its winner, fitness over generations, what moved it, and the Pareto front';
  static override examples = [
    '<%= config.bin %> dream show',
    '<%= config.bin %> dream show --html cycle.html',
    '<%= config.bin %> dream show --json',
  ];
  static override args = { cycle: Args.string({ description: 'id of the cycle, or its end; default: the newest' }) };
  static override flags = {
    html: Flags.string({ summary: 'Write it as one page with charts, which replaces that file', helpValue: 'FILE' }),
  };

  async run(): Promise<DreamResult> {
    const { args, flags } = await this.parse(DreamShow);
    const { config } = await this.settings();
    const { dreamLab } = pathsOf(config);
    const results = await readResults(dreamLab);
    const { cycle = '' } = args;
    const result = results.find(({ cycle_id }) => cycle_id.endsWith(cycle));
    if (result === undefined) throw cycleNotFound(cycle, results);
    const candidates = await readCandidates(dreamLab, result.cycle_id);
    if (flags.html === undefined) this.log(resultPage(result, { widthColumns: process.stdout.columns, candidates }));
    else {
      const { dreamHtml } = await import('../../lib/cli/dream-html.js');
      await writeFileOutside(flags.html, dreamHtml(result, candidates, systemClock.nowMs()));
      this.log(`Wrote ${flags.html}`);
    }
    return result;
  }
}

function cycleNotFound(name: string, results: readonly DreamResult[]) {
  const candidates = results.map(({ cycle_id }) => cycle_id);
  return notFoundError({ kind: 'cycle', name, candidates, command: 'kloros dream show', list: 'kloros dream history' });
}
