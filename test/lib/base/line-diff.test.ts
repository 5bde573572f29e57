import { describe, expect, it } from 'vitest';
import { lineDiff } from '../../../src/lib/base/line-diff.js';
import fc from '../../helpers/property.js';

const marks = (before: string, after: string) =>
  lineDiff(before, after).map(({ kind, text }) => `${{ same: ' ', added: '+', removed: '-' }[kind]}${text}`);

describe('a comparison of two texts', () => {
  it('marks what was added and removed, and keeps the rest', () => {
    expect(marks('a\nb\nc\n', 'a\nx\nc\nd\n')).toEqual([' a', '-b', '+x', ' c', '+d']);
    expect(marks('', 'a')).toEqual(['+a']);
    expect(marks('a', '')).toEqual(['-a']);
  });

  it('gives both texts back, and calls nothing changed that is equal', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 12 })
      .map((lines) => `${lines.join('\n')}\n`);
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = lineDiff(before, after);
        const side = (without: string) =>
          `${diff
            .filter(({ kind }) => kind !== without)
            .map((line) => line.text)
            .join('\n')}\n`;
        expect([side('added'), side('removed')]).toEqual([before, after]);
        expect(lineDiff(before, before).every(({ kind }) => kind === 'same')).toBe(true);
      }),
    );
  });
});
