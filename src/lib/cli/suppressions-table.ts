import type { Suppression } from '../operator/suppressions.js';
import { formatAge } from './formats.js';
import { renderTable } from './table.js';

/** Suppressed questions for people. */
export function suppressionsTable(
  found: readonly Suppression[],
  nowMs: number,
  widthColumns: number | undefined,
): string {
  const columns = [
    { title: 'question', cell: ({ questionId }: Suppression) => questionId },
    { title: 'by', cell: ({ by }: Suppression) => by },
    { title: 'failures', cell: ({ failures }: Suppression) => String(failures), align: 'right' as const },
    { title: 'since', cell: ({ sinceMs }: Suppression) => formatAge(sinceMs, nowMs) },
    {
      title: 'ends',
      cell: ({ untilMs }: Suppression) => (untilMs === null ? 'when lifted' : formatAge(untilMs, nowMs)),
    },
    { title: 'reason', cell: ({ reason }: Suppression) => reason, flexible: true },
  ];
  return renderTable(found, columns, { widthColumns });
}
