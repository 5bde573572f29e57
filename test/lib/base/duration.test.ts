import { describe, expect, it } from 'vitest';
import { parseDurationMs } from '../../../src/lib/base/duration.js';
import fc from '../../helpers/property.js';

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5s', 1_500],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['1h 30m', 5_400_000],
    ['0s', 0],
  ])('%s is %d ms', (text, ms) => expect(parseDurationMs(text)).toBe(ms));

  it.each(['', '30', 's', '-5s', '1e999s', 'soon', '5 parsecs', 'NaNs'])('%j is refused in words', (text) => {
    expect(() => parseDurationMs(text)).toThrow(expect.objectContaining({ code: 'INVALID_DURATION' }));
  });

  it('is a whole number of milliseconds or an error, whatever is written', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9.,e+-]{1,8}[a-zµ]{1,4}$/)), (text) => {
        try {
          expect(Number.isSafeInteger(parseDurationMs(text)) && parseDurationMs(text) >= 0).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_DURATION' });
        }
      }),
    );
  });
});
