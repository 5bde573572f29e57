import { describe, expect, it } from 'vitest';
import {
  cutToWidth,
  displayWidth,
  padToWidth,
  terminalLine,
  terminalLines,
  terminalOutput,
} from '../../../src/lib/base/terminal-text.js';
import fc from '../../helpers/property.js';

const RAW = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/u;
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom(
        '\u001b]0;x\u0007',
        '\u009b31m',
        '\u001b[8m',
        '\u202e',
        '\ud800',
        '\udfff',
        '\n',
        '\r',
        '👨‍👩‍👧',
        '漢',
      ),
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(''));

describe('a text from outside on a terminal', () => {
  it.each([
    ['plain', 'plain'],
    ['Zürich 漢字 😀', 'Zürich 漢字 😀'],
    ['a\u001b]0;title\u0007b', 'a�]0;title�b'],
    ['a\u009b31mb', 'a�31mb'],
    ['a\r\n12:00 [hub] forged\tx\u2028y', 'a 12:00 [hub] forged x y'],
    ['safe\u202etxt.exe', 'safe�txt.exe'],
    ['pay\u200bpal', 'pay�pal'],
    ['pay\u200dpal', 'pay�pal'],
    ['half \ud83d of it', 'half � of it'],
    ['\u{e0041}tag', '�tag'],
    ['👨‍👩‍👧 ❤️', '👨‍👩‍👧 ❤️'],
    ['می‌خواهم', 'می‌خواهم'],
    [`e${'\u0301'.repeat(30)}`, `e${'\u0301'.repeat(8)}`],
  ])('%j is shown as %j', (text, shown) => expect(terminalLine(text)).toBe(shown));

  it('keeps its lines where they are asked for', () => {
    expect(terminalLines('one\r\ntwo\u001b[2J\rthree')).toBe('one\ntwo�[2J three');
  });

  it('in finished output keeps our colours and lines and nothing else', () => {
    const ours = '\u001b[1m\u001b[31mERROR\u001b[39m\u001b[22m\n\tnext\n';
    expect(terminalOutput(ours)).toBe(ours);
    expect(terminalOutput('\u001b[8mhidden \u001b[5mblinks \u001b[2J\u001b]8;;http://x\u0007\r')).toBe(
      '�[8mhidden �[5mblinks �[2J�]8;;http://x��',
    );
  });

  it('is one line without controls, bidi controls and halves of pairs, whatever it was', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(terminalLine(text)).not.toMatch(RAW);
        expect(terminalLine(terminalLine(text))).toBe(terminalLine(text));
        expect(terminalLines(text).replaceAll('\n', '')).not.toMatch(RAW);
        const filtered = terminalOutput(text).replaceAll(new RegExp(String.raw`\u001b\[\d{1,3}m|[\n\t]`, 'g'), '');
        expect(filtered).not.toMatch(RAW);
      }),
    );
  });

  it('is padded and cut by the columns that it takes', () => {
    expect([
      displayWidth('漢字'),
      displayWidth('é'),
      displayWidth('😀'),
      displayWidth('\u001b[31mab\u001b[39m'),
    ]).toEqual([4, 1, 2, 2]);
    expect(displayWidth('ab\n漢字')).toBe(4);
    expect(padToWidth('漢字', 6)).toBe('漢字  ');
    expect(padToWidth('abc', 2)).toBe('abc');
    expect(cutToWidth('漢字漢字', 6)).toBe('漢字…');
    expect(cutToWidth('abc', 3)).toBe('abc');
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 40 }), (text, width) => {
        const cut = cutToWidth(terminalLine(text), width);
        expect(displayWidth(cut)).toBeLessThanOrEqual(width);
        expect(displayWidth(padToWidth(cut, width))).toBe(width);
        expect(cut).not.toMatch(/\p{Cs}/u);
      }),
    );
  });
});
