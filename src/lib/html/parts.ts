import type { Element } from 'hast';
import { h, type Child } from 'hastscript';

/** How something is meant; always said in words too, never by colour alone. */
export type Tone = 'good' | 'bad' | 'warn' | 'quiet';

/** A figure that stands out, with its name. */
export interface Fact {
  name: string;
  value: string;
  tone?: Tone;
}

/** A column of a table. */
export interface Column<T> {
  title: string;
  cell: (row: T) => Child;
  /** Numbers stand to the right. */
  number?: boolean;
}

/** The figures that one looks for first, side by side. */
export function facts(list: readonly Fact[]): Element {
  const one = ({ name, value, tone }: Fact) => h('div', h('dt', name), h('dd', { class: tone }, value));
  return h('dl', { class: 'facts' }, ...list.map(one));
}

/** A sentence that must not be overlooked. */
export function notice(tone: Tone, ...children: Child[]): Element {
  return h('p', { class: `notice ${tone}` }, ...children);
}

/** A paragraph. */
export function paragraph(...children: Child[]): Element {
  return h('p', ...children);
}

/** A table; too wide for a phone, it scrolls within itself, by keyboard too. */
export function table<T>(label: string, columns: readonly Column<T>[], rows: readonly T[]): Element {
  const classOf = ({ number }: Column<T>) => (number === true ? 'number' : undefined);
  const head = columns.map((column) => h('th', { scope: 'col', class: classOf(column) }, column.title));
  const lines = rows.map((row) =>
    h(
      'tr',
      columns.map((column) => h('td', { class: classOf(column) }, column.cell(row))),
    ),
  );
  return h(
    'div',
    { class: 'scroll', role: 'region', ariaLabel: label, tabIndex: 0 },
    h('table', [h('thead', h('tr', head)), h('tbody', lines)]),
  );
}

/** Something that is folded away until it is asked for. */
export function folded(summary: string, ...children: Child[]): Element {
  return h('details', h('summary', summary), ...children);
}
