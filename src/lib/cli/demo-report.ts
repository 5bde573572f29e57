import chalk from 'chalk';
import { shorten } from '../base/cut-text.js';
import type { Evolved } from '../demo/evolve.js';
import type { HopLatency } from '../demo/latency.js';
import type { Learned } from '../demo/learned.js';
import type { DiffLine } from '../base/line-diff.js';
import { renderTable } from './table.js';

/** What the demo ends with. */
export interface DemoResult {
  home: string;
  /** False when the home was removed. */
  kept: boolean;
  readyInMs: number;
  tookMs: number;
  learned: Learned[];
  latencies: HopLatency[];
  registryDiff: DiffLine[];
  /** What the promotion led to; it was taken back. */
  evolved: Evolved;
}

const CAPABILITIES_SHOWN = 3;
const ABOUT_LENGTH = 140;
const MARK = '  ';

/** The result in words and tables. */
export function demoReport(result: DemoResult, widthColumns: number | undefined): string {
  const width = widthColumns ?? Number.POSITIVE_INFINITY;
  const parts = [
    heading('What was learned'),
    learnedTable(result.learned, widthColumns),
    heading('How long each hop took'),
    latencyTable(result.latencies, widthColumns),
    heading('What changed in capabilities.yaml'),
    result.registryDiff.map((line) => diffLine(line, width)).join('\n'),
    heading('What the winner changed in archive.env, until it was taken back'),
    result.evolved.fileDiff.map((line) => diffLine(line, width)).join('\n'),
    heading('Where to look next'),
    nextSteps(result).join('\n'),
  ];
  return parts.join('\n');
}

function heading(text: string): string {
  return `\n${chalk.bold(text)}`;
}

function learnedTable(learned: readonly Learned[], widthColumns: number | undefined): string {
  const columns = [
    { title: 'module', cell: ({ module }: Learned) => module },
    { title: 'language', cell: ({ language }: Learned) => language },
    { title: 'files', cell: ({ files }: Learned) => String(files), align: 'right' as const },
    { title: 'lines', cell: ({ lines }: Learned) => String(lines), align: 'right' as const },
    { title: 'sure', cell: ({ confidence }: Learned) => `${Math.round(confidence * 100)} %`, align: 'right' as const },
    { title: 'what it is, and what it offers', cell: aboutText, flexible: true },
  ];
  return renderTable(learned, columns, { widthColumns });
}

function aboutText({ purpose, capabilities }: Learned): string {
  const offers = capabilities.slice(0, CAPABILITIES_SHOWN).map((offer) => `${chalk.dim('·')} ${offer}`);
  return [clipped(purpose ?? '', ABOUT_LENGTH), ...offers].join('\n');
}

function clipped(text: string, length: number): string {
  return shorten(text, length);
}

function latencyTable(latencies: readonly HopLatency[], widthColumns: number | undefined): string {
  const columns = [
    { title: 'hop', cell: ({ hop }: HopLatency) => hop },
    { title: 'times', cell: ({ count }: HopLatency) => String(count), align: 'right' as const },
    { title: 'median', cell: ({ medianMs }: HopLatency) => `${medianMs} ms`, align: 'right' as const },
    { title: 'slowest', cell: ({ slowestMs }: HopLatency) => `${slowestMs} ms`, align: 'right' as const },
  ];
  return renderTable(latencies, columns, { widthColumns });
}

function diffLine({ kind, text }: DiffLine, widthColumns: number): string {
  const shown = clipped(text, widthColumns - MARK.length);
  if (kind === 'same') return chalk.dim(`${MARK}${shown}`);
  return kind === 'added' ? chalk.green(`+ ${shown}`) : chalk.red(`- ${shown}`);
}

function nextSteps({ kept, home }: DemoResult): string[] {
  const say = (command: string, what: string) => `  ${chalk.cyan(command.padEnd(48))} ${what}`;
  if (!kept) {
    return [
      say('kloros demo --keep', 'the same, and its home stays for you to look at'),
      say('kloros up', 'a colony of your own, in ~/.kloros'),
      say('kloros bus listen', 'hear what it says'),
    ];
  }
  return [
    `  The home is kept; for the commands below: ${chalk.cyan(`export KLOROS_HOME=${home}`)}`,
    say('kloros bus listen --since beginning --no-follow', 'every signal, with its cause'),
    say('kloros dream show', 'what the cycle found'),
    say('kloros up', 'run this colony again'),
    say(`cat ${home}/colony.log`, 'what its daemons said'),
  ];
}
