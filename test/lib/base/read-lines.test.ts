import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readLines } from '../../../src/lib/base/read-lines.js';
import fc from '../../helpers/property.js';

function linesOf(chunks: readonly Buffer[], mostBytes: number): [string, boolean][] {
  const [stream, found] = [new PassThrough(), [] as [string, boolean][]];
  readLines(stream, mostBytes, (line, isWhole) => found.push([line, isWhole]));
  for (const chunk of chunks) stream.emit('data', chunk);
  stream.emit('end');
  return found;
}

describe('a stream that is read line by line', () => {
  it('yields the same lines however it is cut into chunks', () => {
    const texts = fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n]/g, '')));
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 7 }), (lines, size) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        );
        expect(linesOf(chunks, 100_000)).toEqual(lines.map((line) => [line, true]));
      }),
    );
  });

  it('yields a line over the limit in pieces, no character of which is lost or cut in half', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 4, max: 9 }), (text, most) => {
        const line = text.replaceAll(/[\r\n]/g, '');
        const pieces = linesOf([Buffer.from(`${line}\n`)], most);
        expect(pieces.map(([piece]) => piece).join('')).toBe(line);
        expect(pieces.every(([piece]) => !piece.includes('\uFFFD') && Buffer.byteLength(piece) <= most + 3)).toBe(true);
        expect(pieces.at(-1)?.[1]).toBe(true);
      }),
    );
  });

  it('keeps a line together that has U+2028 in it, and drops the CR of a CRLF', () => {
    expect(linesOf([Buffer.from('{"msg":"a\u2028b"}\r\nlast words')], 100)).toEqual([
      ['{"msg":"a\u2028b"}', true],
      ['last words', true],
    ]);
  });

  it('holds no more of an endless line than the limit', () => {
    const pieces = linesOf(Array<Buffer>(100).fill(Buffer.alloc(1_000, 'x')), 64);
    expect(Math.max(...pieces.map(([piece]) => piece.length))).toBe(64);
    expect(pieces.map(([piece]) => piece).join('')).toHaveLength(100_000);
  });

  it('ends without a word where the stream fails', () => {
    const stream = new PassThrough();
    readLines(stream, 10, () => undefined);
    expect(() => stream.emit('error', new Error('reset'))).not.toThrow();
  });
});
