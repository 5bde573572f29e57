import { describe, expect, it } from 'vitest';
import { OPENING, shownDead, shownSignals, type Board, type Measured } from '../../../../src/lib/operator/top/board.js';
import { press, type Key } from '../../../../src/lib/operator/top/press.js';
import { measuredFlow } from '../../../helpers/measured-flow.js';

const measured = measuredFlow();
const key = (name: string): Key => ({ name, sequence: name });
const after = (keys: readonly Key[], from: Board = OPENING): Board =>
  keys.reduce((board, one) => press(board, one, measured).board, from);
const names = (board: Board, from: Measured = measured) => shownSignals(board, from).map(({ name }) => name);

describe('a key at the board', () => {
  it('sorts by rate, total, last and name in turn', () => {
    expect(names(OPENING)).toEqual(['HEARTBEAT', 'OBSERVATION', 'Q_DREAM_TRIGGER']);
    expect(names(after([key('s')]))).toEqual(['OBSERVATION', 'HEARTBEAT', 'Q_DREAM_TRIGGER']);
    expect(names(after([key('s'), key('s')]))).toEqual(['Q_DREAM_TRIGGER', 'HEARTBEAT', 'OBSERVATION']);
    expect(names(after([key('s'), key('s'), key('s')]))).toEqual(['HEARTBEAT', 'OBSERVATION', 'Q_DREAM_TRIGGER']);
    expect(after(Array<Key>(4).fill(key('s'))).sort).toBe('rate');
  });

  it('chooses within the list and not beyond it', () => {
    expect(after([key('down'), key('down')]).selected).toBe(2);
    expect(after(Array<Key>(9).fill(key('down'))).selected).toBe(2);
    expect(after([key('down'), key('up'), key('up')]).selected).toBe(0);
  });

  it('opens the chosen row, and goes back to where it was', () => {
    const open = after([key('down'), key('return')]);
    expect(open).toMatchObject({ view: 'signal', selected: 1 });
    expect(after([key('escape')], open)).toMatchObject({ view: 'signals', selected: 1 });
  });

  it('goes into the filter as text, q and s too, until enter keeps it or escape empties it', () => {
    const typing = after([{ sequence: '/' }, key('s'), key('q'), key('backspace')]);
    expect(typing).toMatchObject({ typing: true, filter: 's', sort: 'rate' });
    expect(after([key('return')], typing)).toMatchObject({ typing: false, filter: 's' });
    expect(after([key('escape')], typing)).toMatchObject({ typing: false, filter: '' });
    expect(names(after([{ sequence: '/' }, key('d'), key('r'), key('return')]))).toEqual(['Q_DREAM_TRIGGER']);
  });

  it('lets no control character into the filter', () => {
    expect(after([{ sequence: '/' }, { name: 'x', sequence: '\u001B[2J' }, { sequence: '\u0007' }]).filter).toBe('');
  });

  it('shows the dead letters, the newest first, and replays the chosen one only after a yes', () => {
    const dead = after([key('d')]);
    expect(shownDead(dead, measured).map(({ id }) => id)).toEqual(['2', '1']);
    const asked = press(dead, key('r'), measured);
    expect(asked).toEqual({ board: { ...dead, asking: true } });
    expect(press(asked.board, key('y'), measured)).toEqual({ board: dead, wish: 'replay' });
    expect(press(asked.board, key('q'), measured)).toEqual({ board: dead });
    expect(press(OPENING, key('r'), measured)).toEqual({ board: OPENING });
  });

  it('ends it: q outside the filter, Ctrl-C everywhere', () => {
    expect(press(OPENING, key('q'), measured).wish).toBe('quit');
    const typing = after([{ sequence: '/' }]);
    expect(press(typing, key('q'), measured).wish).toBeUndefined();
    expect(press(typing, { name: 'c', ctrl: true }, measured).wish).toBe('quit');
  });
});
