import { describe, expect, it } from 'vitest';
import { RollingWindow } from '../../../../src/lib/operator/flow/rolling-window.js';

const filled = (window: RollingWindow<number>, count: number) => {
  for (let n = 1; n <= count; n += 1) window.add(n, n * 10);
  return window;
};

describe('a rolling window', () => {
  it('keeps the last so many, in order', () => {
    expect(filled(new RollingWindow<number>({ count: 3 }), 10).values(100)).toEqual([8, 9, 10]);
    expect(filled(new RollingWindow<number>({ count: 30 }), 2).values(20)).toEqual([1, 2]);
  });

  it('keeps what is not older than so long, also while nothing comes', () => {
    const window = filled(new RollingWindow<number>({ ms: 25 }), 10);
    expect(window.values(100)).toEqual([8, 9, 10]);
    expect(window.values(124)).toEqual([10]);
    expect(window.values(1_000)).toEqual([]);
  });
});
