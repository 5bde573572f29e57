import { stripVTControlCharacters } from 'node:util';
import chalk from 'chalk';
import { terminalLine } from '../base/terminal-text.js';
import { own } from '../base/own.js';
import { saysOf, type Member } from '../operator/topology/topology.js';
import { colouredName } from './signal-line.js';
import { renderTable, type Column } from './table.js';

const GAP = '  ';

/** Who says and hears what on which port; a signal that was said lately has how often. Where a table is too wide, as a list. */
export function membersTable(members: readonly Member[], widthColumns: number | undefined): string {
  const columns: Column<Member>[] = [
    { title: 'who', cell: ({ name }) => chalk.bold(terminalLine(name)) },
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
  const table = renderTable(members, columns, { widthColumns: undefined });
  if (widthColumns === undefined || widthOf(table) <= widthColumns) return table;
  return members.map((member) => memberLines(member, widthColumns)).join('\n');
}

function memberLines(member: Member, widthColumns: number): string {
  const says = saysOf(member).map((signal) => saidText(signal, member));
  const hears = member.hears.map((name) => colouredName(name));
  return [
    [chalk.bold(terminalLine(member.name)), stateOf(member), chalk.dim(member.ports.join(' '))].join('  ').trimEnd(),
    ...filled('  says   ', says, widthColumns),
    ...filled('  hears  ', hears, widthColumns),
  ].join('\n');
}

/** Texts one after the other, as many to a line as there is room for; no line where there are none. */
function filled(title: string, texts: readonly string[], widthColumns: number): string[] {
  const lines: string[] = [];
  for (const text of texts) {
    const longer = `${lines.at(-1) ?? ''}${GAP}${text}`;
    const fits = lines.length > 0 && title.length + widthOf(longer) <= widthColumns;
    if (fits) lines[lines.length - 1] = longer;
    else lines.push(text);
  }
  return lines.map((line, index) => `${index === 0 ? chalk.dim(title) : ' '.repeat(title.length)}${line}`);
}

function widthOf(text: string): number {
  return Math.max(...text.split('\n').map((line) => stripVTControlCharacters(line).length));
}

function stateOf({ kind, pids, level }: Member): string {
  if (kind === 'peer') return chalk.magenta(level === undefined ? 'a peer' : `a peer, may ${level}`);
  const what = kind === 'consumer' ? 'undeclared, ' : '';
  return pids.length > 0 ? chalk.green(`${what}pid ${pids.join(' ')}`) : chalk.yellow(`${what}does not run`);
}

function saidText(signal: string, { said }: Member): string {
  const count = own(said, signal);
  return count === undefined ? colouredName(signal) : `${colouredName(signal)} ${chalk.dim(`×${count}`)}`;
}
