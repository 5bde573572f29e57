import type { AnyDaemon } from '../src/lib/runtime/define-daemon.js';
import { acceptanceOf } from '../src/lib/runtime/define-daemon.js';
import { catalogue } from '../src/lib/signals/catalogue.js';
import {
  CONSENT,
  COLONY,
  fileOf,
  isAccepted,
  OPERATOR,
  peer,
  RELAY,
  type Entrance,
} from '../src/lib/signals/origin.js';

const COLUMNS: readonly [string, Entrance][] = [
  ['observe', peer('x', 'observe')],
  ['ask', peer('x', 'ask')],
  ['another user’s file', fileOf(1)],
  ['act', peer('x', 'act')],
  ['relay', RELAY],
  ['`bus emit`', OPERATOR],
  ['consent', CONSENT],
  ['colony', COLONY],
];

/** Every signal that a daemon takes, and from whom; for docs/security.md. */
export function authorityTable(daemons: readonly AnyDaemon[]): string {
  const subscribed = daemons.flatMap((daemon) => daemon.hears.map((signal) => ({ daemon, signal })));
  const rows = subscribed.map(({ daemon, signal }) => [
    `\`${signal}\``,
    `\`${daemon.name}\``,
    catalogue.get(signal)?.meaning ?? '',
    ...COLUMNS.map(([, from]) => (isAccepted(acceptanceOf(daemon, signal), from) ? 'yes' : '–')),
  ]);
  const sorted = rows.sort((a, b) => String(a).localeCompare(String(b)));
  const head = ['Signal', 'Daemon', 'Effect', ...COLUMNS.map(([title]) => title)];
  const widths = head.map((_, column) => Math.max(3, ...[head, ...sorted].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...sorted.map(line)].join('\n');
}

/** The document with the table in its place. */
export function withTable(document: string, table: string): string {
  return document.replace(
    /(<!-- authority -->\n\n)[^]*?(\n\n<!-- \/authority -->)/,
    (_, before: string, after: string) => before + table + after,
  );
}
