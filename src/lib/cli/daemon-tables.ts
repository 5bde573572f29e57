import type { Presence } from '../operator/roll-call.js';
import { formatAge } from './formats.js';
import { heldBackBy, stateWord } from './standstill-text.js';
import { renderTable, type TableOptions } from './table.js';

/** A daemon as `daemon list` gives it to programs. */
export interface ListedDaemon extends Presence {
  purpose: string;
  hears: string[];
  says: string[];
  /** Ports it binds with this configuration. */
  ports: number[];
  /** It ended for lack of work, and is started when a signal waits for it. */
  isAtRest: boolean;
}

/** Who runs, what waits for each, what holds it back. */
export function rollTable(rows: readonly ListedDaemon[], nowMs: number, options: TableOptions): string {
  const columns = [
    { title: 'daemon', cell: ({ name }: ListedDaemon) => name },
    { title: 'state', cell: stateWord },
    { title: 'pid', cell: ({ pids }: ListedDaemon) => pids.join('\n') || null, align: 'right' as const },
    { title: 'waiting', cell: ({ waiting }: ListedDaemon) => waiting, align: 'right' as const },
    { title: 'running', cell: ({ running }: ListedDaemon) => running, align: 'right' as const, spare: 1 },
    {
      title: 'last handled',
      cell: ({ lastHandledAtMs }: ListedDaemon) =>
        lastHandledAtMs === null ? null : formatAge(lastHandledAtMs, nowMs),
      spare: 2,
    },
    { title: 'held back by', cell: (row: ListedDaemon) => heldBackBy(row, nowMs) || null, flexible: true },
  ];
  return renderTable(rows, columns, options);
}

/** Ports, and what each hears and says. */
export function topologyTable(rows: readonly ListedDaemon[], options: TableOptions): string {
  const columns = [
    { title: 'daemon', cell: ({ name }: ListedDaemon) => name },
    { title: 'port', cell: ({ ports }: ListedDaemon) => ports.join(' ') || null },
    { title: 'hears', cell: ({ hears }: ListedDaemon) => hears.join('\n') || null },
    { title: 'says', cell: ({ says }: ListedDaemon) => says.join('\n') || null },
    { title: 'purpose', cell: ({ purpose }: ListedDaemon) => purpose, flexible: true },
  ];
  return renderTable(rows, columns, options);
}
