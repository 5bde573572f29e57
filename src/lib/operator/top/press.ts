import { cutText } from '../../base/cut-text.js';
import { own } from '../../base/own.js';
import { shownDead, shownSignals, type Board, type Measured, type Sort } from './board.js';

/** A key as node:readline names it. */
export interface Key {
  name?: string | undefined;
  sequence?: string | undefined;
  ctrl?: boolean | undefined;
}

/** What a key leads to beside another board. */
export type Wish = 'quit' | 'replay';

/** The next board, and what the operator wants done. */
export interface Pressed {
  board: Board;
  wish?: Wish;
}

const SORTS: readonly Sort[] = ['rate', 'total', 'last', 'name'];
const PAGE = 10;

/** Steps within a list, by key. */
const STEPS: Record<string, number> = { up: -1, k: -1, down: 1, j: 1, pageup: -PAGE, pagedown: PAGE };

/** What a key does while a list is shown. */
const IN_LIST: Record<string, (board: Board) => Partial<Board>> = {
  s: ({ sort }) => ({ sort: SORTS[(SORTS.indexOf(sort) + 1) % SORTS.length] ?? 'rate', selected: 0 }),
  '/': () => ({ typing: true }),
  d: ({ view }) => ({ view: view === 'dead' ? 'signals' : 'dead', selected: 0 }),
  p: ({ frozen }) => ({ frozen: !frozen }),
  return: ({ view }) => ({ view: view === 'dead' ? 'letter' : 'signal' }),
  escape: () => ({ view: 'signals', filter: '', selected: 0 }),
};

/** One row whole: any of these leads back to its list. */
const BACK = new Set(['escape', 'return', 'backspace', 'left']);

/**
 * What a key makes of the board.
 *
 * signals ⇄ signal (enter, escape); signals ⇄ dead (d) ⇄ letter (enter, escape). In the lists `/` opens the filter, in
 * which every key is text until enter keeps it or escape empties it. `r` asks whether the chosen letter shall be replayed,
 * and only `y` does it. q and Ctrl-C end everywhere but in the filter, Ctrl-C there too.
 */
export function press(board: Board, key: Key, measured: Measured): Pressed {
  if (key.ctrl === true && key.name === 'c') return { board, wish: 'quit' };
  if (board.typing) return { board: { ...board, ...typed(board, key) } };
  if (key.name === 'q' && !board.asking) return { board, wish: 'quit' };
  if (board.asking) return { board: { ...board, asking: false }, ...(key.name === 'y' ? { wish: 'replay' } : {}) };
  if (key.name === 'r' && isDead(board)) return { board: { ...board, asking: true, note: '' } };
  if (board.view === 'signal' || board.view === 'letter') return { board: back(board, key) };
  return { board: { ...board, note: '', ...listed(board, key, measured) } };
}

function typed({ filter }: Board, { name, sequence = '', ctrl }: Key): Partial<Board> {
  if (name === 'return') return { typing: false };
  if (name === 'escape') return { typing: false, filter: '', selected: 0 };
  if (name === 'backspace') return { filter: cutText(filter, filter.length - 1), selected: 0 };
  return ctrl !== true && /^\P{Cc}+$/u.test(sequence) ? { filter: filter + sequence, selected: 0 } : {};
}

function listed(board: Board, { name, sequence }: Key, measured: Measured): Partial<Board> {
  const action = own(IN_LIST, name ?? '') ?? own(IN_LIST, sequence ?? '');
  if (action) return action(board);
  const step = own(STEPS, name ?? '');
  if (step === undefined) return {};
  const rows = isDead(board) ? shownDead(board, measured) : shownSignals(board, measured);
  return { selected: Math.max(0, Math.min(rows.length - 1, board.selected + step)) };
}

function back(board: Board, { name }: Key): Board {
  if (!BACK.has(name ?? '')) return board;
  return { ...board, view: board.view === 'letter' ? 'dead' : 'signals' };
}

function isDead({ view }: Board): boolean {
  return view === 'dead' || view === 'letter';
}
