import { describe, expect, it } from 'vitest';
import { LossyLines } from '../../../src/lib/base/lossy-lines.js';

describe('lines that may be lost', () => {
  it('are counted, and told of with the first that is not', () => {
    const written: string[] = [];
    let isFull = true;
    const lines = new LossyLines({
      write: (line, done) => {
        if (!isFull) written.push(line);
        done(isFull ? new Error('no space is left') : null);
      },
    });
    for (const line of ['a\n', 'b\n']) lines.write(line);
    isFull = false;
    for (const line of ['c\n', 'd\n']) lines.write(line);
    expect(written).toEqual(['c\n', '[kloros] 2 lines before this could not be written\n', 'd\n']);
  });
});
