import { describe, expect, it } from 'vitest';
import { rowOfDeadLetter } from '../../../src/lib/dead-letter/entry.js';
import { letterOf } from '../../../src/lib/dead-letter/letter.js';
import { lettersOf } from '../../../src/lib/dead-letter/letters.js';
import { signalOf } from '../../helpers/signals.js';
import fc from '../../helpers/property.js';

const read = (value: unknown) => letterOf(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));

describe('a line of failed_signals.jsonl', () => {
  it('is read as it was written', () => {
    const signal = signalOf('Q_A', { n: 1 });
    const facts = { error: 'Error: boom', traceback: 'at x', daemon: 'worker', key: signal.id, number: 7 };
    const times = { firstFailedAtMs: 1_000, lastFailedAtMs: 2_000 };
    const row = rowOfDeadLetter({ ...facts, ...times, signal, attempts: 3, deaths: 1, replay: 0 });
    expect(read(row)).toMatchObject({
      ...{ id: '7', shape: 'kloros', number: 7, key: signal.id, signal, signalName: 'Q_A', signalId: signal.id },
      ...{ error: 'Error: boom', errorClass: 'Error', daemon: 'worker', attempts: 3, processDied: true },
      ...{ failedAtMs: 2_000, firstFailedAtMs: 1_000, fingerprint: row.fingerprint, facts: { n: 1 } },
    });
  });

  it("is read in the document's shape, with the signal as an object or as a string", () => {
    const signal = { signal: 'Q_DREAM_TRIGGER', facts: { reason: 'x' }, source: 'peer' };
    const row = { error: 'KeyError: x', timestamp: '2025-11-20T10:00:00.5', daemon: 'dream', traceback: 'Traceback' };
    for (const written of [signal, JSON.stringify(signal)])
      expect(read({ ...row, signal: written })).toMatchObject({
        ...{ shape: 'document', signalName: 'Q_DREAM_TRIGGER', facts: { reason: 'x' }, number: null },
        ...{ error: 'KeyError: x', failedAtMs: Date.parse('2025-11-20T10:00:00.500Z'), attempts: 1 },
      });
    expect(read({ ...row, signal: 'Q_DREAM_TRIGGER' })).toMatchObject({ signalName: 'Q_DREAM_TRIGGER', signal: null });
  });

  it('is read where it names an intent file, with a time in epoch seconds', () => {
    const row = { intent_file: '/x/intents/a.json', error: 'boom', timestamp: 1_763_163_600.5, daemon: 'router' };
    expect(read(row)).toMatchObject({
      shape: 'intent',
      intentFile: '/x/intents/a.json',
      failedAtMs: 1_763_163_600_500,
    });
  });

  it.each(['not json', '{"half": ', '[1,2]', '"text"', 'null', '\u0000'])('is readable where it is %j', (text) => {
    expect(read(text)).toMatchObject({ shape: 'unreadable', content: text, line: Buffer.from(text) });
  });

  it('has an id of its own, also where two are equal', () => {
    const lines = ['same', 'same', 'other'].map((text) => Buffer.from(text));
    const [first, second, third] = lettersOf(lines).map(({ id }) => id);
    expect(second).toBe(`${first}-2`);
    expect(third).not.toBe(first);
  });

  it('never makes the reader throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void letterOf(Buffer.from(bytes))));
    const keys = ['signal', 'error', 'timestamp', 'daemon', 'number', 'key', 'history', 'replay', 'facts'];
    const row = fc.dictionary(fc.constantFrom(...keys), fc.jsonValue());
    fc.assert(fc.property(row, (value) => void read(value)));
  });
});
