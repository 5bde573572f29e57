import chalk from 'chalk';
import { saysOf, type Member } from '../operator/topology/topology.js';
import { colouredName, printable } from './signal-line.js';
import { renderTable, type Column } from './table.js';

/** Who says and hears what on which port; a signal that was said lately has how often. */
export function membersTable(members: readonly Member[], widthColumns: number | undefined): string {
  const columns: Column<Member>[] = [
    { title: 'who', cell: ({ name }) => chalk.bold(printable(name)) },
    { title: 'is', cell: stateOf },
    { title: 'port', cell: ({ ports }) => ports.join('\n') || null },
    {
      title: 'says',
      cell: (member) =>
        saysOf(member)
          .map((signal) => saidText(signal, member))
          .join('\n') || null,
    },
    { title: 'hears', cell: ({ hears }) => hears.map((name) => colouredName(name)).join('\n') || null },
  ];
  return renderTable(members, columns, { widthColumns });
}

function stateOf({ kind, pids }: Member): string {
  if (kind === 'peer') return chalk.magenta('a peer');
  const what = kind === 'consumer' ? 'undeclared, ' : '';
  return pids.length > 0 ? chalk.green(`${what}pid ${pids.join(' ')}`) : chalk.yellow(`${what}does not run`);
}

function saidText(signal: string, { said }: Member): string {
  const count = said[signal];
  return count === undefined ? colouredName(signal) : `${colouredName(signal)} ${chalk.dim(`×${count}`)}`;
}
