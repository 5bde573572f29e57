import chalk from 'chalk';
import { catalogue, type SignalDefinition, type SignalKind } from '../signals/catalogue.js';
import { renderTable } from './table.js';

/** A signal as `signal list` gives it to programs. */
export type SignalRow = Pick<SignalDefinition, 'name' | 'kind' | 'meaning' | 'emitters' | 'consumers' | 'frequency'>;

const KINDS: readonly [kind: SignalKind, title: string][] = [
  ['advisory', 'Advisory: monitors tell the policy engine'],
  ['trigger', 'Trigger: what makes a worker work'],
  ['completion', 'Completion: what workers have done'],
  ['error', 'Error: what failed'],
];

/** The catalogue's signals that a daemon says and another hears; all of them where neither is named. */
export function signalRows(filter: { emitter: string | undefined; consumer: string | undefined }): SignalRow[] {
  const wanted = (daemons: readonly string[], daemon: string | undefined) =>
    daemon === undefined || daemons.includes(daemon);
  return [...catalogue.values()]
    .filter((signal) => wanted(signal.emitters, filter.emitter) && wanted(signal.consumers, filter.consumer))
    .map(({ name, kind, meaning, emitters, consumers, frequency }) => {
      return { name, kind, meaning, emitters, consumers, frequency };
    });
}

/** One table for each kind of signal; widthColumns is that of the terminal, undefined in a pipe. */
export function signalTables(rows: readonly SignalRow[], widthColumns: number | undefined): string {
  const nameWidth = Math.max(0, ...rows.map(({ name }) => name.length));
  const columns = [
    { title: 'signal', cell: ({ name }: SignalRow) => chalk.bold(name.padEnd(nameWidth)) },
    { title: 'says', cell: ({ emitters }: SignalRow) => emitters.join(' ') },
    { title: 'hears', cell: ({ consumers }: SignalRow) => consumers.join(' ') || null },
    { title: 'meaning', cell: ({ meaning }: SignalRow) => meaning, flexible: true },
  ];
  return KINDS.map(([kind, title]) => ({ title, group: rows.filter((row) => row.kind === kind) }))
    .filter(({ group }) => group.length > 0)
    .map(({ title, group }) => `${chalk.underline(title)}\n${renderTable(group, columns, { widthColumns })}`)
    .join('\n\n');
}
