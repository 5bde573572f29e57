import chalk from 'chalk';
import type { ForegroundWatch } from '../dream/cycle/run-cycle.js';
import type { GenerationSummary } from '../dream/result.js';
import type { MatchCall, TournamentRecord } from '../dream/tournament/record.js';
import type { OutputMode } from './output-mode.js';
import { progressLine } from './progress-line.js';

/** What a watch on a cycle says on stderr: a line for each generation and match, and a bar within a generation. */
export function dreamWatch(mode: OutputMode): ForegroundWatch & { end(): void } {
  const bar = progressLine('', mode);
  const say = (text: string) => {
    bar.end();
    if (mode === 'text') process.stderr.write(`${text}\n`);
  };
  let [judged, all] = [0, 0];
  return {
    generation(_experiment, _generation, candidates) {
      [judged, all] = [0, candidates];
      bar.show(judged, all);
    },
    judged() {
      judged += 1;
      bar.show(judged, all);
    },
    learned: (experiment, summary) => say(generationText(experiment, summary)),
    match: (record, call) => say(matchText(record, call)),
    end: () => bar.end(),
  };
}

function generationText(
  experiment: string,
  { generation, evaluated, failed, best, best_id }: GenerationSummary,
): string {
  const failures = failed === 0 ? '' : chalk.red(`, ${failed} failed`);
  const champion = best === null ? 'none' : `${best.toFixed(3)} ${chalk.dim(best_id ?? '')}`;
  return `${experiment}  generation ${generation}: ${evaluated} candidates${failures}, best ${champion}`;
}

function matchText({ experiment, played }: TournamentRecord, { match, a, b }: MatchCall): string {
  const report = played[match];
  const how = report === undefined ? '' : chalk.dim(` by ${report.decided_by}, ${report.pairs} pairs`);
  return `${experiment}  match ${match}: ${a} against ${b}: ${chalk.bold(report?.winner ?? 'nobody')}${how}`;
}
