import chalk from 'chalk';
import { terminalLine, terminalPiece } from '../base/terminal-text.js';
import { formatAge, formatDuration } from '../base/formats.js';
import { own } from '../base/own.js';
import type { Chain, Hop } from '../trace/chain.js';
import type { Hearing } from '../trace/hearing.js';
import type { Notes } from '../trace/notes.js';
import { colouredName, memberValueText } from './signal-line.js';

/** Facts that say what a signal is about and who decided, the most telling first. */
const TELLING: Readonly<Record<string, readonly string[]>> = {
  Q_CURIOSITY_INVESTIGATE: ['question_id', 'priority'],
  Q_INVESTIGATION_COMPLETE: ['module_name', 'hypothesis', 'confidence', 'status', 'answered_from', 'model_used'],
  Q_MODULE_INTEGRATED: ['capability_key', 'module_path', 'init_created'],
  Q_MODULE_DISCOVERED: ['module_name', 'py_files_count'],
  Q_INTEGRATION_FAILED: ['error_type', 'error_message'],
  Q_PROMOTIONS_DETECTED: ['promotion_count', 'unacknowledged_count', 'oldest_promotion_age_hours'],
  Q_DREAM_TRIGGER: ['reason', 'topic', 'promotion_count'],
  Q_TOURNAMENT_TRIGGER: ['experiment', 'tournament_id'],
  Q_TOURNAMENT_COMPLETE: ['tournament_id', 'winner_id', 'champion'],
  Q_DREAM_COMPLETE: ['cycle_id', 'tournament_winner', 'fitness_improvement', 'mutations_generated', 'duration_seconds'],
  Q_WINNER_DEPLOYED: ['winner_id', 'experiment', 'change', 'backup_created', 'rollback_available'],
  Q_DEPLOYMENT_FAILED: ['winner_id', 'error_type', 'error_message', 'rollback_completed'],
};
const MOST_FACTS = 5;

/** A chain as a tree: each signal below its cause, how long it took, who has still to answer, and what was touched. */
export function traceTree(chain: Chain, around: Around): string {
  const began = chain.intent === null ? [] : [`${chalk.bold('intent')} ${terminalLine(chain.intent)}`];
  const tree = chain.roots.flatMap((root) => hopLines(root, around));
  const indented = began.length === 0 ? tree : branch([tree]);
  return [...began, ...indented, '', sumOf(chain)].join('\n');
}

interface Around extends Notes {
  nowMs: number;
}

function hopLines(hop: Hop, around: Around): string[] {
  const took = hop.tookMs === null ? '' : chalk.yellow(`+${formatDuration(hop.tookMs)}  `);
  const orphan = hop.isOrphan ? chalk.magenta(' its cause is not in the journal') : '';
  const door = hop.isForeign ? chalk.magenta(` (${terminalLine(hop.origin)})`) : '';
  const head = `${colouredName(hop.signal)}  ${took}${chalk.cyan(terminalPiece(hop.source))}${door}  ${chalk.dim(hop.id)}${orphan}`;
  const silent = hop.heard.filter(({ daemon }) => !hop.ledTo.some(({ source }) => source === daemon));
  const below = [
    ...silent.map((hearing) => [hearingLine(hearing, around.nowMs)]),
    ...(around.decided.has(hop.id)
      ? [[`${chalk.dim('decided')} ${terminalLine(around.decided.get(hop.id) ?? '')}`]]
      : []),
    ...(around.touched.get(hop.id) ?? []).map((file) => [`${chalk.dim('touched')} ${terminalLine(file)}`]),
    ...hop.ledTo.map((next) => hopLines(next, around)),
  ];
  const about = factsLine(hop);
  const bar = below.length > 0 ? '│  ' : '   ';
  return [head, ...(about === '' ? [] : [`${chalk.dim(bar)}${about}`]), ...branch(below)];
}

/** Draws each block as a branch; the last one closes. */
function branch(blocks: readonly (readonly string[])[]): string[] {
  return blocks.flatMap(([first = '', ...rest], index) => {
    const isLast = index === blocks.length - 1;
    const indent = chalk.dim(isLast ? '   ' : '│  ');
    return [`${chalk.dim(isLast ? '└─ ' : '├─ ')}${first}`, ...rest.map((line) => `${indent}${line}`)];
  });
}

function factsLine({ signal, facts }: Hop): string {
  const names = own(TELLING, signal) ?? Object.keys(facts);
  return names
    .filter((name) => own(facts, name) !== undefined && own(facts, name) !== null)
    .slice(0, MOST_FACTS)
    .map((name) => `${chalk.dim(`${terminalLine(name)}=`)}${memberValueText(facts, name)}`)
    .join(' ');
}

function hearingLine(hearing: Hearing, nowMs: number): string {
  return `${chalk.cyan(hearing.daemon)}: ${stateText(hearing, nowMs)}`;
}

function stateText({ state, attempts, deaths, deadLetter, error, notBeforeMs }: Hearing, nowMs: number): string {
  const died = deaths > 0 ? `, its process died ${deaths === 1 ? 'once' : `${deaths} times`}` : '';
  const tried = attempts > 0 ? ` after ${attempts} attempt${attempts === 1 ? '' : 's'}` : '';
  if (state === 'handled') return chalk.dim('handled, said nothing');
  if (state === 'refused') return chalk.magenta('does not take it from there: kloros peer refused');
  if (state === 'running') return chalk.yellow(`works at it, attempt ${attempts}${died}`);
  if (state === 'dead') {
    const letter = deadLetter === null ? '' : ` (dead letter ${deadLetter})`;
    return `${chalk.red(`failed${tried}${died}${letter}`)}: ${terminalLine(error ?? '')}`;
  }
  const again = notBeforeMs === null ? '' : `, tried again ${formatAge(notBeforeMs, nowMs)}`;
  return chalk.yellow(`waits${tried}${again}${died}`);
}

function sumOf({ signals, tookMs, missing, isCut }: Chain): string {
  const cut = isCut ? chalk.magenta(`  only the first ${signals} are shown`) : '';
  const open = missing.length === 0 ? chalk.green('complete') : chalk.yellow(`${missing.length} still open`);
  const one = signals === 1 ? '1 signal' : `${signals} signals`;
  return `${one} in ${formatDuration(tookMs)}, ${open}${cut}`;
}
