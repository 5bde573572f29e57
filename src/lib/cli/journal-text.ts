import { formatBytes } from '../base/formats.js';
import type { Copied, JournalCheck, Restored, Salvaged } from '../bus/journal-care.js';

const SPANS_SHOWN = 20;

/** A checked journal, in words. */
export function checkText(check: JournalCheck): string {
  const { path, status, problems, signals, newest, bytes, wal, readers } = check;
  const head = `${status === 'sound' ? 'Sound' : status === 'suspect' ? 'Suspect' : 'DAMAGED'}: ${path}`;
  const waiting = `${formatBytes(wal.usedBytes)} of write-ahead log, ${formatBytes(wal.waitingBytes)} still to be copied`;
  return [
    head,
    `  ${signals} signals, the newest at ${newest}; ${formatBytes(bytes)}, ${waiting}`,
    ...(readers.length > 0 ? [`  read just now by process ${readers.join(', ')}`] : []),
    ...problems.map((problem) => `  - ${problem}`),
    ...(status === 'damaged' ? [`Next: ${DAMAGED_NEXT.join('\n      ')}`] : []),
  ].join('\n');
}

const DAMAGED_NEXT = [
  'kloros daemon stop --all, then kloros journal salvage --dry-run',
  'or put a backup in its place: kloros journal restore FILE',
];

/** A backup that was made, in words. */
export function backupText({ file, bytes, signals, newest }: Copied): string {
  return `Copied ${signals} signals up to ${newest} (${formatBytes(bytes)}), and looked at all of it: ${file}`;
}

/** What a restore does or did, in words. */
export function restoreText(restored: Restored, isDone: boolean): string {
  const { file, signals, newest, missing, kept } = restored;
  return [
    `${isDone ? 'Restored' : 'Would restore'} ${signals} signals up to ${newest} from ${file}`,
    ...(missing === undefined
      ? []
      : [
          `  not in it, and ${isDone ? 'gone' : 'gone then'}: ${missing.from} to ${missing.to}; these numbers are not used again`,
        ]),
    ...(kept === undefined ? [] : [`  what was there before is kept: ${kept}`]),
    ...(isDone ? [PAUSED] : []),
  ].join('\n');
}

/** What a salvage does or did, in words. */
export function salvageText(saved: Salvaged, isDone: boolean): string {
  const { signals, tables, lostWork, kept } = saved;
  const partly = tables.filter(({ complete }) => !complete);
  return [
    `${isDone ? 'Salvaged' : 'Would salvage'} ${signals} signals`,
    lostText(saved),
    ...(lostWork > 0 ? [`  open work on lost signals that is lost with them: ${lostWork}`] : []),
    ...partly.map(({ table, rows }) => `  ${TABLES.get(table) ?? table}: only ${rows} could be read`),
    ...(kept === undefined ? [] : [`  the damaged file is kept: ${kept}`]),
    ...(isDone ? [PAUSED] : []),
  ].join('\n');
}

const PAUSED =
  'All daemons are paused. Next: kloros up, look at what is open: kloros stuck; then kloros daemon resume --all';

const TABLES: ReadonlyMap<string, string> = new Map([
  [
    'consumers',
    'cursors of consumers (who has none any more begins where it declares, and what it handled is handled again)',
  ],
  ['work', 'open work'],
  ['dead', 'dead letters'],
  ['state', 'what daemons keep between signals'],
]);

function lostText({ lost, lostSignals, lostForSure }: Salvaged): string {
  if (lostSignals === 0) return '  no signal is lost';
  const spans = lost.slice(0, SPANS_SHOWN).map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`));
  const more = lost.length > SPANS_SHOWN ? ` and ${lost.length - SPANS_SHOWN} more stretches` : '';
  return `  ${lostForSure ? 'lost' : 'lost at most'}: ${lostSignals} signals, at ${spans.join(', ')}${more}`;
}
