import { describe, expect, it } from 'vitest';
import { isSignalName, LONGEST_NAME, signalName } from '../../../src/lib/signals/name.js';
import { catalogue } from '../../../src/lib/signals/catalogue.js';
import { PermanentError } from '../../../src/lib/base/errors.js';
import fc from '../../helpers/property.js';

describe("a signal's name", () => {
  it.each(['Q_X', 'a', 'governance.kill', 'A:B-c.9_', 'constructor', 'x'.repeat(LONGEST_NAME)])(
    'is taken from text and from bytes: %s',
    (name) => {
      expect([signalName(name), signalName(Buffer.from(name)), isSignalName(name)]).toEqual([name, name, true]);
    },
  );

  it.each(['', ' ', 'a b', 'a\n', '\u001b[31m', 'é', '*', 'Q_X/', 'a\0', '\u202eQ', 'x'.repeat(LONGEST_NAME + 1)])(
    'is refused for good with what, why and next: %j',
    (name) => {
      for (const input of [name, Buffer.from(name)]) {
        expect(() => signalName(input)).toThrow(PermanentError);
        expect(() => signalName(input)).toThrow('is no name of a signal');
      }
      expect(isSignalName(name)).toBe(false);
    },
  );

  it('is refused where bytes are no UTF-8', () => {
    expect(() => signalName(Buffer.from([0x51, 0xff]))).toThrow('is no name of a signal');
  });

  it('of the catalogue is taken', () => {
    expect([...catalogue.keys()].filter((name) => !isSignalName(name))).toEqual([]);
  });

  it('is the same text or an error, however the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 220 }), (bytes) => {
        const text = Buffer.from(bytes).toString('latin1');
        if (isSignalName(text)) expect(signalName(bytes)).toBe(text);
        else expect(() => signalName(bytes)).toThrow(expect.objectContaining({ code: 'INVALID_NAME' }));
      }),
    );
  });
});
