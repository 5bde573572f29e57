import type { UpPlan } from '../supervise/plan.js';
import { renderTable } from './table.js';

/** What would be started, for people. */
export function planText({ home, journal, control, daemons }: UpPlan, widthColumns: number | undefined): string {
  const columns = [
    { title: 'would start', cell: ({ name }: UpPlan['daemons'][number]) => name },
    { title: 'binds', cell: ({ binds }: UpPlan['daemons'][number]) => binds.join('\n') || null },
    { title: 'log', cell: ({ log }: UpPlan['daemons'][number]) => log ?? 'this terminal', flexible: true },
  ];
  return `${renderTable(daemons, columns, { widthColumns })}\n\nhome     ${home}\njournal  ${journal}\ncontrol  ${control}`;
}
