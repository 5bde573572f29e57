import { describe, expect, it } from 'vitest';
import { RateWindow } from '../../../../src/lib/operator/top/rate-window.js';

const START_MS = 1_000_000_000_000;
const at = (seconds: number) => START_MS + seconds * 1_000;

describe('the rate of the last minute', () => {
  it('is the mean of the last five whole seconds; the running one is not over', () => {
    const window = new RateWindow();
    for (let second = 0; second < 5; second += 1) for (let n = 0; n < 10; n += 1) window.note(at(second));
    window.note(at(5));
    expect(window.perSecond(at(5))).toBe(10);
    expect(window.perSecond(at(7))).toBe(6.2);
    expect(window.perSecond(at(30))).toBe(0);
  });

  it('has 60 seconds, the oldest first, and forgets what is older', () => {
    const window = new RateWindow();
    window.note(at(0));
    window.note(at(59));
    window.note(at(59));
    expect(window.history(at(59))).toEqual([1, ...Array<number>(58).fill(0), 2]);
    expect(window.history(at(60)).slice(-2)).toEqual([2, 0]);
    expect(window.history(at(300))).toEqual(Array(60).fill(0));
  });

  it('counts what comes late in its own second, and does not go back with a clock that does', () => {
    const window = new RateWindow();
    window.note(at(10));
    window.note(at(8));
    window.note(at(-100));
    expect(window.history(at(10)).slice(-3)).toEqual([1, 0, 1]);
    expect(window.history(at(2)).slice(-3)).toEqual([1, 0, 1]);
  });
});
