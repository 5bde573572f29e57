import Table from 'cli-table3';
import chalk from 'chalk';
import { cutText } from '../base/cut-text.js';
import { displayWidth, terminalOutput } from '../base/terminal-text.js';

/** A column: its heading, and whether its cells wrap when the terminal is narrow. */
export interface Column<Row> {
  title: string;
  /** Its text; a dash stands where there is nothing to say. */
  cell: (row: Row) => string | number | null;
  align?: 'left' | 'right';
  /** Takes the width that the others leave; its text wraps. */
  flexible?: boolean;
  /** Left out where the terminal is too narrow for all; of several the highest first. */
  spare?: number;
}

/** Where a table is shown. */
export interface TableOptions {
  /** Columns of the terminal; undefined in a pipe, where nothing wraps. */
  widthColumns: number | undefined;
  heading?: boolean;
}

/** A function, since colours are decided after this is loaded. */
const nothing = () => chalk.dim('–');

const GAP = 2;
const LEAST_FLEXIBLE = 20;
/** All rows are as wide as the widest: in a pipe, where nothing wraps, one long text would hide the others. */
const LONGEST_CELL = 1_000;
/** Whatever colour the cell had where it was cut. */
const RESET = '\u001b[0m';
const NO_BORDERS = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
    .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'])
    .map((part) => [part, '']),
);

/** A compact table without borders: one line a row where the terminal is wide enough, also without its spare columns. */
export function renderTable<Row>(rows: readonly Row[], all: readonly Column<Row>[], options: TableOptions): string {
  const columns = fitting(rows, all, options.widthColumns);
  const cells = rows.map((row) => columns.map((column, index) => cellText(row, column, index)));
  const titles = columns.map(({ title }) => title.toUpperCase());
  const withHeading = options.heading === false ? cells : [titles, ...cells];
  const widths = columnWidths(withHeading, columns, options.widthColumns);
  const table = new Table({
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': GAP, head: [], border: [], compact: true },
    colWidths: widths,
    colAligns: columns.map(({ align }) => align ?? 'left'),
    wordWrap: true,
    wrapOnWordBoundary: true,
  });
  table.push(...(options.heading === false ? cells : [titles.map((title) => chalk.dim(title)), ...cells]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Without as many spare columns as it takes to fit. */
function fitting<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  widthColumns: number | undefined,
): readonly Column<Row>[] {
  const spares = columns.map(({ spare = 0 }) => spare);
  const highest = Math.max(0, ...spares);
  if (widthColumns === undefined || highest === 0) return columns;
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map((column, index) => cellText(row, column, index))),
  ];
  const width = columnWidths(cells, columns, undefined).reduce((sum, one) => sum + one, 0) - GAP;
  if (width <= widthColumns) return columns;
  return fitting(rows, columns.toSpliced(spares.indexOf(highest), 1), widthColumns);
}

/** Foreign text stays in its cell: no control, and no lines of its own where they would begin at the left. */
function cellText<Row>(row: Row, { cell }: Column<Row>, index: number): string {
  const whole = String(cell(row) ?? nothing());
  const bounded =
    whole.length > LONGEST_CELL ? `${cutText(whole, LONGEST_CELL)}…${chalk.level > 0 ? RESET : ''}` : whole;
  const text = terminalOutput(bounded, chalk.level > 0).replaceAll('\t', ' ');
  return index === 0 ? text.replaceAll('\n', ' ') : text;
}

function columnWidths<Row>(
  cells: readonly (readonly string[])[],
  columns: readonly Column<Row>[],
  widthColumns: number | undefined,
): number[] {
  const natural = columns.map((_, index) => Math.max(...cells.map((row) => displayWidth(row[index] ?? ''))) + GAP);
  const excess = widthColumns === undefined ? 0 : natural.reduce((sum, width) => sum + width, 0) - widthColumns;
  return natural.map((width, index) =>
    columns[index]?.flexible === true && excess > 0 ? Math.max(Math.min(LEAST_FLEXIBLE, width), width - excess) : width,
  );
}
