import type { ConsumerStatus } from '../../bus/bus.js';
import type { SignalRow } from './tally.js';

/** What the rows of signals are sorted by. */
export type Sort = 'rate' | 'total' | 'last' | 'name';

/** A dead letter in one line. */
export interface DeadRow {
  id: string;
  signal: string;
  daemon: string;
  error: string;
  failedAtMs: number | null;
}

/** What was measured at one moment. */
export interface Measured {
  nowMs: number;
  home: string;
  all: Pick<SignalRow, 'perSecond' | 'history'>;
  signals: readonly SignalRow[];
  consumers: readonly ConsumerStatus[];
  dead: readonly DeadRow[];
}

/** What the operator looks at: a list, or one row of it whole. */
export type View = 'signals' | 'signal' | 'dead' | 'letter';

/** What the operator has chosen; `press` makes the next one of it. */
export interface Board {
  view: View;
  sort: Sort;
  /** Only signals and letters with this text in their name. */
  filter: string;
  /** Keys go into the filter. */
  typing: boolean;
  /** Of the list. */
  selected: number;
  /** The figures stand still. */
  frozen: boolean;
  /** Asked whether the chosen dead letter shall be replayed. */
  asking: boolean;
  /** What became of the last replay. */
  note: string;
}

/** The board when the screen opens. */
export const OPENING: Board = {
  view: 'signals',
  sort: 'rate',
  filter: '',
  typing: false,
  selected: 0,
  frozen: false,
  asking: false,
  note: '',
};

const BY: Record<Sort, (a: SignalRow, b: SignalRow) => number> = {
  rate: (a, b) => b.perSecond - a.perSecond || b.total - a.total || a.name.localeCompare(b.name),
  total: (a, b) => b.total - a.total || a.name.localeCompare(b.name),
  last: (a, b) => b.lastAtMs - a.lastAtMs || a.name.localeCompare(b.name),
  name: (a, b) => a.name.localeCompare(b.name),
};

/** The signals that the board shows, in its order. */
export function shownSignals({ sort, filter }: Board, { signals }: Pick<Measured, 'signals'>): SignalRow[] {
  return signals.filter(({ name }) => contains(name, filter)).sort(BY[sort]);
}

/** The dead letters that the board shows, the newest failure first. */
export function shownDead({ filter }: Board, { dead }: Pick<Measured, 'dead'>): DeadRow[] {
  return dead
    .filter(({ signal, daemon, error }) => contains(`${signal}\n${daemon}\n${error}`, filter))
    .sort((a, b) => (b.failedAtMs ?? 0) - (a.failedAtMs ?? 0));
}

/** The row that the board points at, by its list. */
export function chosenSignal(board: Board, measured: Measured): SignalRow | undefined {
  return at(shownSignals(board, measured), board.selected);
}

/** The dead letter that the board points at. */
export function chosenDead(board: Board, measured: Measured): DeadRow | undefined {
  return at(shownDead(board, measured), board.selected);
}

/** The last row where the list has become shorter than the choice. */
function at<T>(rows: readonly T[], index: number): T | undefined {
  return rows[Math.min(index, rows.length - 1)];
}

function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}
