import { formatAge } from '../base/formats.js';
import type { Refusal } from '../bus/bus.js';
import { terminalLine } from '../base/terminal-text.js';
import { colouredName } from './signal-line.js';
import { renderTable } from './table.js';

/** What was refused as a table, the latest first. */
export function refusalsTable(rows: readonly Refusal[], nowMs: number): string {
  const columns = [
    { title: 'signal', cell: ({ signal }: Refusal) => colouredName(signal) },
    { title: 'from', cell: ({ from }: Refusal) => terminalLine(from.origin) },
    { title: 'may', cell: ({ from }: Refusal) => from.authority },
    { title: 'refused by', cell: ({ consumer }: Refusal) => consumer || 'the bus' },
    { title: 'count', cell: ({ count }: Refusal) => count, align: 'right' as const },
    { title: 'last', cell: ({ lastMs }: Refusal) => formatAge(lastMs, nowMs) },
    { title: 'reason', cell: ({ reason }: Refusal) => reason, spare: 1 },
  ];
  return renderTable(rows, columns, { widthColumns: process.stdout.columns });
}
