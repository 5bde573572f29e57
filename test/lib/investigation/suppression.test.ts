import { describe, expect, it } from 'vitest';
import type { StateChange } from '../../../src/lib/bus/bus.js';
import { MOST_KEPT } from '../../../src/lib/investigation/newest.js';
import {
  failureNoted,
  FAILURES_TO_SUPPRESS,
  forgotten,
  suppressed,
  suppressionInWords,
  suppressionOf,
  suppressionsIn,
} from '../../../src/lib/investigation/suppression.js';

const NOW_MS = 1_000_000;

const kept = (...changes: StateChange[]) => Object.fromEntries(changes.map(({ key, value }) => [key, value]));
const failures = (questionId: string, count: number) =>
  Array.from({ length: count }, (_, n) =>
    failureNoted({}, questionId, { id: `ask-${n}`, error: `no ${n}`, nowMs: n }),
  ).flat();
const word = (questionId: string, untilMs: number | null) =>
  suppressed(questionId, { reason: 'phantom', sinceMs: 1, untilMs });

describe('a question', () => {
  it('is suppressed by five failures, and not by four', () => {
    expect(suppressionOf(kept(...failures('q', FAILURES_TO_SUPPRESS - 1)), 'q', NOW_MS)).toBeUndefined();
    expect(suppressionOf(kept(...failures('q', FAILURES_TO_SUPPRESS)), 'q', NOW_MS)).toEqual({
      questionId: 'q',
      by: 'failures',
      reason: 'no 4',
      sinceMs: 4,
      untilMs: null,
      failures: 5,
    });
  });

  it('counts the same failure once, told as often as may be', () => {
    const told = Array.from({ length: 9 }, () => failureNoted({}, 'q', { id: 'ask', error: 'no', nowMs: 1 })).flat();
    expect(suppressionOf(kept(...told), 'q', NOW_MS)).toBeUndefined();
  });

  it('is suppressed by an operator until the end that he names', () => {
    expect(suppressionOf(kept(word('q', NOW_MS)), 'q', NOW_MS - 1)).toMatchObject({
      by: 'operator',
      reason: 'phantom',
    });
    expect(suppressionOf(kept(word('q', NOW_MS)), 'q', NOW_MS)).toBeUndefined();
  });

  it('has nothing to do with one whose name begins or is written alike', () => {
    const all = kept(...failures('q', 5), ...failures('q:failed:x', 5), word('Q', null));
    expect(suppressionOf(all, 'q:failed', NOW_MS)).toBeUndefined();
    const names = suppressionsIn(all, NOW_MS).map(({ questionId }) => questionId);
    expect(names.sort()).toEqual(['Q', 'q', 'q:failed:x']);
  });

  it('is suppressed still while strangers let 10,000 others fail, of whom only the newest are kept, and an operator keeps his word', () => {
    const state = new Map<string, unknown>([word('named', null)].map(({ key, value }) => [key, value]));
    const fail = (questionId: string, id: string, nowMs: number) => {
      for (const { key, value } of failureNoted(Object.fromEntries(state), questionId, { id, error: 'no', nowMs }))
        if (value === null) state.delete(key);
        else state.set(key, value);
    };
    for (let n = 0; n < 10_000; n += 1) {
      if (n >= 9_000 && n < 9_000 + FAILURES_TO_SUPPRESS) fail('real', `real-${n}`, n);
      fail(`stranger ${n}`, `ask-${n}`, n);
      expect(state.size).toBeLessThanOrEqual(MOST_KEPT + 1);
    }
    const names = suppressionsIn(Object.fromEntries(state), NOW_MS).map(({ questionId }) => questionId);
    expect(names.sort()).toEqual(['named', 'real']);
  });

  it('is forgotten whole, and no other with it', () => {
    const before = kept(...failures('q', 5), word('q', null), ...failures('r', 5));
    const after = { ...before, ...kept(...forgotten(before, 'q')) };
    const left = Object.fromEntries(Object.entries(after).filter(([, value]) => value !== null));
    expect(suppressionsIn(left, NOW_MS).map(({ questionId }) => questionId)).toEqual(['r']);
  });

  it('says how its suppression is lifted, in a line that a shell can take', () => {
    const [suppression] = suppressionsIn(kept(...failures("what's up?", 5)), NOW_MS);
    expect(suppressionInWords(suppression!)).toBe(
      String.raw`The question is not investigated: it failed 5 times in a row (no 4). Lift that: kloros suppress remove 'what'\''s up?'`,
    );
  });
});
