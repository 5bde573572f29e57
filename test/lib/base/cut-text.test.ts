import { describe, expect, it } from 'vitest';
import { cutText, cutTextStart, cutUtf8, cutUtf8Start, shorten } from '../../../src/lib/base/cut-text.js';
import fc from '../../helpers/property.js';

const HALF = /\p{Cs}/u;
const FAMILY = '👨‍👩‍👧';
const pieces = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 3 }),
      fc.constantFrom('😀', FAMILY, 'e\u0301', '漢', 'x', '\r\n'),
    ),
    {
      maxLength: 60,
    },
  )
  .map((parts) => parts.join(''));

describe('a text that is cut', () => {
  it.each([
    ['abc', 5, 'abc'],
    ['abc', 2, 'ab'],
    ['a😀', 2, 'a'],
    [`ab${FAMILY}`, 6, 'ab'],
    ['cafe\u0301', 4, 'caf'],
    ['abc', 0, ''],
    ['abc', -1, ''],
  ])('%j has of %i units the beginning %j', (text, longest, cut) => expect(cutText(text, longest)).toBe(cut));

  it.each([
    ['abc', 2, 'bc'],
    ['😀a', 2, 'a'],
    [`${FAMILY}ab`, 6, 'ab'],
    ['e\u0301x', 2, 'x'],
    ['abc', 0, ''],
  ])('%j has of %i units the end %j', (text, longest, cut) => expect(cutTextStart(text, longest)).toBe(cut));

  it('ends in an ellipsis that counts', () => {
    expect(shorten('abcdef', 4)).toBe('abc…');
    expect(shorten('ab😀cdef', 4)).toBe('ab…');
    expect(shorten('abcd', 4)).toBe('abcd');
  });

  it('is whole characters and a part of what it was, however it is cut', () => {
    fc.assert(
      fc.property(pieces, fc.nat(80), (text, longest) => {
        const [head, tail] = [cutText(text, longest), cutTextStart(text, longest)];
        expect(text.startsWith(head) && text.endsWith(tail)).toBe(true);
        expect(Math.max(head.length, tail.length)).toBeLessThanOrEqual(longest);
        const borders = new Set([...new Intl.Segmenter().segment(text)].map(({ index }) => index).concat(text.length));
        expect([borders.has(head.length), borders.has(text.length - tail.length)]).toEqual([true, true]);
      }),
    );
  });

  it('keeps pairs whole where thousands of marks make one letter', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000 }), fc.nat(3_000), (marks, longest) => {
        const text = `😀${'\u{1e8d0}'.repeat(marks)}😀`;
        expect(cutText(text, longest) + cutTextStart(text, longest)).not.toMatch(HALF);
        expect(cutText(text, longest).length).toBeLessThanOrEqual(longest);
        expect(cutTextStart(text, longest).length).toBeLessThanOrEqual(longest);
      }),
    );
  });

  it('in UTF-8 loses no more than the character at the border', () => {
    const fatal = new TextDecoder('utf-8', { fatal: true });
    fc.assert(
      fc.property(pieces, fc.nat(100), (text, longest) => {
        const bytes = Buffer.from(text);
        for (const cut of [cutUtf8(bytes, longest), cutUtf8Start(bytes, longest)]) {
          expect(() => fatal.decode(cut)).not.toThrow();
          expect(cut.length).toBeLessThanOrEqual(longest);
          expect(cut.length).toBeGreaterThan(Math.min(bytes.length, longest) - 4);
        }
      }),
    );
  });

  it('in bytes that are no UTF-8 is cut all the same', () => {
    expect(cutUtf8(Buffer.alloc(10, 0x80), 5)).toHaveLength(5);
    expect(cutUtf8Start(Buffer.alloc(10, 0x80), 5)).toHaveLength(2);
  });
});
