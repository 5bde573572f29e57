import { describe, expect, it } from 'vitest';
import { renderTable, type Column } from '../../../src/lib/cli/table.js';

interface Row {
  name: string;
  text: string;
}
const rows: Row[] = [
  { name: 'a', text: 'one two three four five six seven' },
  { name: 'longer', text: 'x' },
];
const columns: Column<Row>[] = [
  { title: 'name', cell: ({ name }) => name },
  { title: 'text', cell: ({ text }) => text, flexible: true },
];

describe('a table', () => {
  it('is one line a row in a pipe, without borders or trailing blanks', () => {
    expect(renderTable(rows, columns, { widthColumns: undefined })).toBe(
      ['NAME    TEXT', 'a       one two three four five six seven', 'longer  x'].join('\n'),
    );
  });

  it('is no wider in a pipe because one of its texts has a megabyte', () => {
    const long = { name: 'x'.repeat(1_000_000), text: '語'.repeat(1_000_000) };
    const lines = renderTable([...rows, long], columns, { widthColumns: undefined }).split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(3_100);
    expect(lines[1]).toMatch(/^a {1,1010}one two three four five six seven$/);
    expect(lines[3]).toMatch(/^x{1000}… {2}語{1000}…$/);
  });

  it('wraps its flexible column to the terminal, between words', () => {
    const text = renderTable(rows, columns, { widthColumns: 30 });
    expect(text.split('\n')).toEqual([
      'NAME    TEXT',
      'a       one two three four',
      '        five six seven',
      'longer  x',
    ]);
  });

  it('leaves out spare columns where the terminal is too narrow, the highest first and no more than it must', () => {
    const numbers: Column<number>[] = [
      { title: 'name', cell: () => 'x'.repeat(10) },
      { title: 'least', cell: String, spare: 1 },
      { title: 'window', cell: String, spare: 2 },
      { title: 'last', cell: String },
    ];
    const titles = (widthColumns: number | undefined) => renderTable([1], numbers, { widthColumns }).split('\n')[0];
    expect(titles(undefined)).toBe('NAME        LEAST  WINDOW  LAST');
    expect(titles(31)).toBe(titles(undefined));
    expect(titles(30)).toBe('NAME        LEAST  LAST');
    expect(titles(20)).toBe('NAME        LAST');
  });

  it('may have no heading, and numbers to the right', () => {
    const numbers: Column<number>[] = [{ title: 'n', cell: String, align: 'right' }];
    expect(renderTable([1, 100], numbers, { widthColumns: undefined, heading: false })).toBe('  1\n100');
  });

  it('shows a dash where a cell has nothing to say, and nothing where it is meant to be blank', () => {
    const cells: Column<string | null>[] = [{ title: 'cell', cell: (text) => text }];
    expect(renderTable(['', null, 'x'], cells, { widthColumns: undefined })).toBe('CELL\n\n–\nx');
  });

  it('of nothing is its heading', () => {
    expect(renderTable([], columns, { widthColumns: 80 })).toBe('NAME  TEXT');
  });
});
