import { terminalLine } from '../base/terminal-text.js';
import { isoTimestamp } from '../base/clock.js';
import type { Footer } from '../recording/format.js';
import type { RecordingFile } from '../recording/folder.js';
import type { Plan } from '../recording/plan.js';
import type { RecordingSurvey } from '../recording/survey.js';
import chalk from 'chalk';
import { formatAge, formatBytes, formatDuration } from './formats.js';
import { colouredName } from './signal-line.js';
import { renderTable } from './table.js';

/** What became of a recording, in one line. */
export function footerText(path: string, { signals, lost, ended }: Footer): string {
  const early = ended === 'complete' ? '' : `, ended early: ${ended}`;
  return `${signals === 1 ? '1 signal' : `${signals} signals`} in ${path}${early}${lostText(lost)}`;
}

/** The recordings of the flight recorder. */
export function recordingsTable(files: readonly RecordingFile[], nowMs: number): string {
  const columns = [
    { title: 'recording', cell: ({ path }: RecordingFile) => path },
    { title: 'size', cell: ({ bytes }: RecordingFile) => formatBytes(bytes), align: 'right' as const },
    { title: 'written', cell: ({ writtenMs }: RecordingFile) => formatAge(writtenMs, nowMs) },
  ];
  return renderTable(files, columns, { widthColumns: process.stdout.columns });
}

/** What is in a recording. */
export function surveyText(survey: RecordingSurvey): string {
  const { path, header, footer, signals, firstMs, lastMs, bad } = survey;
  const span =
    firstMs === null || lastMs === null ? [] : [`${isoTimestamp(firstMs)}, for ${formatDuration(lastMs - firstMs)}`];
  const facts: [string, string][] = [
    ['recorded', `${header.recorded_at} by ${terminalLine(header.by)} in ${terminalLine(header.home)}`],
    ...(header.reason === null ? [] : [['because', terminalLine(header.reason)] as [string, string]]),
    ...span.map((text): [string, string] => ['from', text]),
    ['signals', String(signals)],
    [
      'ended',
      footer === null
        ? chalk.red('torn: it has no footer, and what came after is lost')
        : `${footer.ended}${lostText(footer.lost)}`,
    ],
    ...(bad === 0 ? [] : [['damaged', chalk.red(`${bad} lines cannot be read`)] as [string, string]]),
  ];
  const rows = Object.entries(survey.bySignal).sort(([, a], [, b]) => b - a);
  const columns = [
    { title: 'signal', cell: ([name]: [string, number]) => colouredName(name) },
    { title: 'count', cell: ([, count]: [string, number]) => String(count), align: 'right' as const },
  ];
  const head = facts.map(([name, text]) => `${chalk.dim(name.padEnd(9))} ${text}`).join('\n');
  const table = rows.length === 0 ? '' : `\n\n${renderTable(rows, columns, { widthColumns: process.stdout.columns })}`;
  return `${chalk.bold(path)}\n${head}${table}`;
}

/** What will be said, and who acts on it. */
export function planText({ total, signals, hearers }: Plan, forReal: boolean): string {
  const names = Object.entries(signals).map(([name, count]) => `  ${name} ×${count}`);
  const about = total === 0 ? 'nothing of it is meant' : `will say ${total === 1 ? '1 signal' : `${total} signals`}`;
  const acting =
    hearers.length === 0
      ? 'no daemon hears them'
      : `${chalk.red('these daemons will act on them')}: ${hearers.join(', ')}`;
  const effect = forReal ? acting : 'to subscribers only; no daemon acts on them';
  return total === 0 ? about : [`${about}, ${effect}`, ...names].join('\n');
}

function lostText({ positions, too_many: tooMany }: Footer['lost']): string {
  const gone = positions === 0 ? '' : `; ${positions} positions of the journal were not there any more`;
  return tooMany === 0 ? gone : `${gone}; it was full, and ${tooMany} or more that came then are not in it`;
}
