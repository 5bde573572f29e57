import chalk from 'chalk';
import { cutText } from '../base/cut-text.js';
import { jsonText } from '../base/json-text.js';
import { terminalLines } from '../base/terminal-text.js';
import type { Standing } from '../bus/bus.js';
import type { Resolution } from '../dead-letter/archive.js';
import type { EarlierFailure } from '../dead-letter/entry.js';
import type { Letter } from '../dead-letter/letter.js';
import type { LetterView } from '../dead-letter/view.js';
import { formatAge } from './formats.js';
import { colouredName } from './signal-line.js';

/** What is known beside the letter itself. */
interface PageParts extends LetterView {
  resolution: Resolution | null;
  standing: Standing | null;
  nowMs: number;
}

const CONTENT_SHOWN = 4_000;
const LABEL_WIDTH = 12;

/** Everything about a letter, for people. */
export function letterPage(letter: Letter, parts: PageParts): string {
  const content = letter.content === null ? [] : section('Content', bounded(letter.content));
  const lines = [
    ...headOf(letter, parts),
    ...section('Error', letter.error),
    ...(letter.traceback === '' ? [] : section('Traceback', letter.traceback)),
    ...(letter.history.length === 0 ? [] : section('Before', letter.history.map(earlierLine).join('\n'))),
    ...(letter.signal === null ? content : section('Signal', jsonText(letter.signal, 2))),
    ...section('What now', nextSteps(letter, parts).join('\n')),
  ];
  return lines.join('\n');
}

function headOf(letter: Letter, { nowMs, resolution, standing, quarantined }: PageParts): string[] {
  const { id, signalName, daemon, fingerprint, attempts, replay, processDied, failedAtMs, firstFailedAtMs } = letter;
  const age = (ms: number | null) => (ms === null ? 'at an unknown time' : formatAge(ms, nowMs));
  const replays = replay === 0 ? '' : `, after ${replay} replay${replay === 1 ? '' : 's'}`;
  const attempted = `${attempts} attempt${attempts === 1 ? '' : 's'}${replays}`;
  return [
    `${chalk.bold(`Dead letter ${id}`)}  ${signalName === '' ? '' : colouredName(signalName)}`,
    field('daemon', chalk.cyan(daemon)),
    field('failed', `${age(failedAtMs)}, first ${age(firstFailedAtMs)}, ${attempted}`),
    field('cause', fingerprint),
    ...(processDied ? [field('died', chalk.red('the process died in the last attempt'))] : []),
    ...(quarantined ? [field('quarantined', chalk.red('a wide replay leaves it out; its id replays it'))] : []),
    ...(resolution === null ? [] : [field('left', leftText(resolution, nowMs))]),
    ...(standing === null || standing === 'unknown' ? [] : [field('signal is', standing)]),
    ...(letter.intentFile === null ? [] : [field('intent', intentText(letter.intentFile, letter.intentUid))]),
  ];
}

function leftText({ kind, at, reason, became, newId }: Resolution, nowMs: number): string {
  const parts = [`${kind} ${formatAge(Date.parse(at), nowMs)}`, became, reason, newId && `said anew as ${newId}`];
  return parts.filter(Boolean).join('; ');
}

function earlierLine({ error, failed_at, attempts, replayed_at, reason }: EarlierFailure): string {
  const replayed = replayed_at === null ? '' : `; replayed ${replayed_at}${reason === null ? '' : ` (${reason})`}`;
  return `${failed_at}  ${error}  (${attempts} attempts${replayed})`;
}

function intentText(file: string, uid: number | null): string {
  return uid === null ? file : `${file}, which user ${uid} wrote`;
}

function nextSteps({ id, signal, fingerprint, intentFile, content }: Letter, { resolution }: PageParts): string[] {
  if (resolution?.kind === 'deleted') return [`kloros dlq restore ${id}`];
  if (resolution !== null) return ['nothing: it has left the queue'];
  const canReplay = signal !== null || (intentFile !== null && content !== null);
  return [
    ...(canReplay ? [`kloros dlq replay ${id}`, `kloros dlq replay --group ${fingerprint} --dry-run`] : []),
    ...(signal === null ? [] : [`kloros dlq edit ${id}`]),
    `kloros dlq prune ${id}`,
  ];
}

function field(label: string, value: string): string {
  return `${chalk.dim(label.padEnd(LABEL_WIDTH))}${value.replaceAll(/\s*\n\s*/g, ' ')}`;
}

function section(title: string, text: string): string[] {
  return ['', chalk.bold(title), terminalLines(text)];
}

function bounded(text: string): string {
  return text.length > CONTENT_SHOWN ? `${cutText(text, CONTENT_SHOWN)}… (--json shows all)` : text;
}
