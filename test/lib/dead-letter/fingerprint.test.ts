import { describe, expect, it } from 'vitest';
import { causeOf } from '../../../src/lib/dead-letter/fingerprint.js';

const parts = { daemon: 'worker', signalName: 'Q_A' };
const causeOfError = (error: string) => causeOf({ ...parts, error });

describe('the cause of a failure', () => {
  it.each([
    ['numbers', 'Error: row 7 of 12 is bad', 'Error: row 31 of 12000 is bad'],
    ['paths', 'ENOENT: no such file, open /srv/a/b.json', 'ENOENT: no such file, open /tmp/c.json'],
    ['quoted values', `TypeError: reading 'foo'`, `TypeError: reading 'bar'`],
    ['double quotes', 'Wrong: "a \\" b" is no name', 'Wrong: "c" is no name'],
    ['ids', 'Lost: 01ARZ3NDEKTSV4RRFFQ69G5FAV is gone', 'Lost: 01BX5ZZKBKACTAV9WEVGEMMVRZ is gone'],
    ['UUIDs', 'Lost: 6f1c9d1e-0b6e-4a5e-9c55-1f2a3b4c5d6e', 'Lost: 00000000-0b6e-4a5e-9c55-1f2a3b4c5d6f'],
    ['hashes', 'Bad: commit d9e93c7 failed', 'Bad: commit 8f183ed failed'],
    ['addresses', 'Fault at 0xdeadbeef', 'Fault at 0x1'],
    ['times', 'Late: since 2026-11-24T03:10:02.123Z', 'Late: since 2025-01-01T00:00:00Z'],
    ['URLs', 'Refused: http://127.0.0.1:7777/a?b=1', 'Refused: https://example.org/'],
    ['line breaks', 'Error: a\n   b', 'Error: a b'],
  ])('does not depend on %s', (_what, left, right) => {
    expect(causeOfError(left)).toEqual(causeOfError(right));
  });

  it('depends on the error, its class, the daemon and the signal', () => {
    const causes = [
      causeOfError('TypeError: it broke'),
      causeOfError('RangeError: it broke'),
      causeOfError('TypeError: it burst'),
      causeOf({ ...parts, daemon: 'other', error: 'TypeError: it broke' }),
      causeOf({ ...parts, signalName: 'Q_B', error: 'TypeError: it broke' }),
    ];
    expect(new Set(causes.map(({ fingerprint }) => fingerprint)).size).toBe(causes.length);
  });

  it('says what differs in words', () => {
    expect(causeOfError(`INVALID_FACTS: at "x", 3 of /a/b don't fit`)).toMatchObject({
      errorClass: 'INVALID_FACTS',
      pattern: `INVALID_FACTS: at <…>, <n> of <path> don't fit`,
    });
  });

  it('is found in bounded time, whatever the error says', () => {
    const hostile = [
      '"'.repeat(20_001),
      "'a ".repeat(9_000),
      '/'.repeat(20_000),
      '1'.repeat(20_000),
      'a'.repeat(20_000),
    ];
    const startMs = performance.now();
    for (const error of hostile) causeOfError(error);
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });
});
