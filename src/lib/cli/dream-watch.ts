import chalk from 'chalk';
import { Listr, ListrLogger, ProcessOutput } from 'listr2';
import { terminalOutput } from '../base/terminal-text.js';
import type { Clock } from '../base/clock.js';
import { own } from '../base/own.js';
import type { Progress } from '../dream/cycle/progress.js';
import type { ForegroundWatch } from '../dream/cycle/run-cycle.js';
import type { DreamResult, GenerationSummary } from '../dream/result.js';
import type { MatchCall, TournamentRecord } from '../dream/tournament/record.js';
import { formatDuration } from './formats.js';
import type { OutputMode } from './output-mode.js';
import { bar } from './progress-line.js';

const BAR_WIDTH = 20;

/** Where a cycle is watched. */
export interface WatchPlace {
  mode: OutputMode;
  clock: Clock;
  abort: AbortSignal;
}

/**
 * Runs a cycle and shows where it is, on stderr: a live view on a terminal, else a line for each generation and match;
 * nothing for programs.
 */
export async function watchCycle(
  { mode, clock, abort }: WatchPlace,
  run: (watch: ForegroundWatch) => Promise<DreamResult>,
): Promise<DreamResult> {
  if (mode !== 'text') return run({});
  if (!process.stderr.isTTY) return inLines(abort, run);
  const results: DreamResult[] = [];
  const task = async (_: unknown, view: View): Promise<void> => {
    const onAbort = () => (view.title = 'Stopping: every evaluator is ended');
    abort.addEventListener('abort', onAbort, { once: true });
    const result = await run(liveWatch(view, clock));
    abort.removeEventListener('abort', onAbort);
    results.push(result);
    view.output = '';
    view.title = endText(result, abort);
    // Marks the line; the page below says why.
    if (!result.success) throw new Error(view.title);
  };
  const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) });
  const options = {
    renderer: 'default' as const,
    rendererOptions: { logger, showErrorMessage: false },
    exitOnError: false,
  };
  const live = { ...options, registerSignalListeners: false };
  await new Listr([{ title: 'The cycle begins', task, rendererOptions: { outputBar: 1 } }], live).run();
  const [result] = results;
  if (result === undefined) throw new TypeError('the cycle left no result');
  return result;
}

async function inLines(
  abort: AbortSignal,
  run: (watch: ForegroundWatch) => Promise<DreamResult>,
): Promise<DreamResult> {
  const say = (text: string) => process.stderr.write(`${terminalOutput(text)}\n`);
  const result = await run(linesOf(say));
  say(endText(result, abort));
  return result;
}

interface View {
  title: string;
  output: string;
}

/** What stays on the screen when the view is gone. */
function endText({ success, failure, mutations_generated, duration_seconds }: DreamResult, abort: AbortSignal): string {
  const took = `${mutations_generated} candidates in ${formatDuration(duration_seconds * 1_000)}`;
  if (abort.aborted) return `Stopped after ${took}; nothing of it runs any more`;
  return success ? `Done: ${took}` : `${failure?.error_type ?? 'Failed'} after ${took}`;
}

function liveWatch(view: View, clock: Clock): ForegroundWatch {
  return {
    progress(progress) {
      view.title = `${progress.experiment}  generation ${progress.generation}`;
      view.output = progressText(progress, clock.nowMs());
    },
    pair(experiment, { match, a, b }, { played, most }) {
      view.title = `${experiment}  match ${match}`;
      view.output = `${bar(played, most, BAR_WIDTH)} ${a} against ${b}, ${played} of at most ${most} pairs`;
    },
    match(record, call) {
      view.title = `${record.experiment}  tournament`;
      view.output = matchText(record, call);
    },
  };
}

/** Three lines: this generation, what was found, what is left. */
function progressText(progress: Progress, nowMs: number): string {
  const { candidates, judged, evaluated, failed, best, baseline } = progress;
  const { candidates_left, generations_left, ends_by } = progress;
  const failures = failed === 0 ? '' : chalk.red(`, ${failed} failed`);
  const found = best === null ? 'nothing measured yet' : `best ${best.fitness.toFixed(3)} ${chalk.dim(best.id)}`;
  const inUse = baseline === null ? '' : `, in use ${baseline.toFixed(3)}`;
  const leftMs = Math.max(0, Date.parse(ends_by) - nowMs);
  return [
    `${bar(judged, candidates, BAR_WIDTH)} ${judged} of ${candidates}; ${evaluated} evaluations${failures}`,
    `${found}${inUse}`,
    chalk.dim(`left: ${candidates_left} candidates, ${generations_left} generations, ${formatDuration(leftMs)}`),
  ].join('\n');
}

/** The cycle that runs now. */
export function underwayText(progress: Progress, nowMs: number): string {
  const { cycle_id, experiment, generation } = progress;
  return `${chalk.bold(cycle_id)} runs: ${experiment}, generation ${generation}\n${progressText(progress, nowMs)}\n`;
}

function linesOf(say: (text: string) => void): ForegroundWatch {
  return {
    learned: (experiment, summary) => say(generationText(experiment, summary)),
    match: (record, call) => say(`${record.experiment}  ${matchText(record, call)}`),
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

function matchText({ played }: TournamentRecord, { match, a, b }: MatchCall): string {
  const report = own(played, match);
  const how = report === undefined ? '' : chalk.dim(` by ${report.decided_by}, ${report.pairs} pairs`);
  return `match ${match}: ${a} against ${b}: ${chalk.bold(report?.winner ?? 'nobody')}${how}`;
}
