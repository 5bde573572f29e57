import chalk from 'chalk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseJson } from '../../../src/lib/base/json-text.js';
import { colouredName, signalLine } from '../../../src/lib/cli/signal-line.js';
import type { Facts } from '../../../src/lib/signals/envelope.js';
import { mint } from '../../../src/lib/signals/mint.js';
import fc from '../../helpers/property.js';

const aSignal = (signal: string, facts: Record<string, unknown>) =>
  mint({ signal, facts }, { id: 'I', source: 'probe', nowMs: 0 });

describe('a signal as one line', () => {
  const level = chalk.level;
  beforeAll(() => (chalk.level = 0));
  afterAll(() => (chalk.level = level));

  it('has local time, name, source and facts', () => {
    const line = signalLine(
      aSignal('Q_DREAM_COMPLETE', { cycle_id: 'c1', note: 'two words', n: 3, list: [1], none: null }),
    );
    expect(line).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} Q_DREAM_COMPLETE +probe +cycle_id=c1 note="two words" n=3 list=\[1\] none=null$/,
    );
  });

  it('has numbers in the digits in which they were written', () => {
    const facts = parseJson('{"n":12345678901234567890,"huge":1e400,"list":[9007199254740993],"near":1.0}') as Facts;
    expect(signalLine(aSignal('A', facts))).toMatch(
      / n=12345678901234567890 huge=1e400 list=\[9007199254740993\] near=1$/,
    );
  });

  it('cuts a long value, and says so', () => {
    expect(signalLine(aSignal('A', { text: 'x'.repeat(500) }))).toMatch(/text=x{59}…$/);
  });

  it('is short, whatever a peer makes long: its source, the name of a fact, or their number', () => {
    const long = 'x'.repeat(1_000_000);
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`fact${n}`, n]));
    expect(signalLine({ ...aSignal('A', { [long]: 1 }), source: long })).toMatch(/ A +x{59}… x{59}…=1$/);
    expect(signalLine(aSignal('A', many))).toMatch(/fact39=39 … and 9960 more$/);
  });

  it('is one line without control characters, whatever a peer sends', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, fc.dictionary(text, fc.oneof(text, fc.jsonValue())), (name, facts) => {
        expect(signalLine({ ...aSignal('Q_X', facts), signal: name })).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e]/u);
      }),
    );
  });

  it('colours a name by its kind, and leaves a foreign one', () => {
    chalk.level = 1;
    const colours = ['Q_MODULE_DISCOVERED', 'Q_DREAM_TRIGGER', 'Q_DREAM_COMPLETE', 'Q_INTEGRATION_FAILED'].map(
      (name) => colouredName(name).split('Q_')[0],
    );
    expect(new Set(colours).size).toBe(4);
    expect(colouredName('HEARTBEAT')).toBe('HEARTBEAT');
    chalk.level = 0;
  });
});
