import { describe, expect, it } from 'vitest';
import { topScreen } from '../../../src/lib/cli/top-screen.js';
import { OPENING, type Board } from '../../../src/lib/operator/top/board.js';
import { measuredFlow } from '../../helpers/measured-flow.js';
import fc from '../../helpers/property.js';

const measured = measuredFlow();
const size = { columns: 120, rows: 20 };
const shown = (board: Partial<Board>, at = measured) => topScreen({ ...OPENING, ...board }, at, size).join('\n');

describe('the screen of bus top', () => {
  it('shows signals with their rates, consumers with their lag, and marks the chosen row', () => {
    const text = shown({ selected: 1 });
    expect(text).toMatch(/3\.4 signals\/s {2}2 dead letters {2}1 of 2 run/);
    expect(text).toMatch(/^▸ OBSERVATION +2\.0 +900 .*9 s ago {3}test/m);
    expect(text).toMatch(/paused_daemon +paused +7 /);
    expect(text).toMatch(/running_daemon +running +0 /);
  });

  it('shows a signal whole, and a dead letter with the command that tells all', () => {
    expect(shown({ view: 'signal' })).toContain('"signal": "HEARTBEAT"');
    expect(shown({ view: 'letter' })).toContain('kloros dlq show 2');
  });

  it('says what is not there', () => {
    expect(shown({ filter: 'nope' })).toContain('No signal has "nope" in its name');
    const nothing = { ...measured, signals: [], consumers: [], dead: [] };
    expect(shown({}, nothing)).toMatch(/no dead letters[\s\S]*Nothing has been said yet[\s\S]*No daemon has run/);
    expect(shown({ view: 'dead' }, nothing)).toContain('No dead letters');
  });

  it('keeps the chosen row in sight of a list that is longer than the screen', () => {
    const one = measured.signals[0];
    const signals = Array.from({ length: 200 }, (_, n) => ({ ...one!, name: `S_${String(n).padStart(3, '0')}` }));
    expect(shown({ sort: 'name', selected: 150 }, { ...measured, signals })).toMatch(/^▸ S_150/m);
  });

  it('fills the terminal exactly and moves no cursor, whatever peers and size are', () => {
    fc.assert(
      fc.property(
        fc.record({ columns: fc.integer({ min: 1, max: 200 }), rows: fc.integer({ min: 4, max: 60 }) }),
        fc.string({ unit: 'binary' }),
        fc.constantFrom<Board['view']>('signals', 'signal', 'dead', 'letter'),
        (terminal, text, view) => {
          const signals = measured.signals.map((row) => ({ ...row, name: text, last: { ...row.last, source: text } }));
          const dead = measured.dead.map((row) => ({ ...row, signal: text, daemon: text, error: text }));
          const lines = topScreen({ ...OPENING, view }, { ...measured, signals, dead }, terminal);
          expect(lines).toHaveLength(terminal.rows);
          for (const line of lines) expect(line).not.toMatch(/\p{Cc}/u);
        },
      ),
      { numRuns: 40 },
    );
  });
});
