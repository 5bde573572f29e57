import { describe, expect, it } from 'vitest';
import { concurrently } from '../../../src/lib/base/concurrently.js';

describe('concurrently', () => {
  it('does at most so many at once, and answers in the order of the items', async () => {
    let [running, most] = [0, 0];
    const results = await concurrently([5, 1, 4, 2, 3], 2, async (ticks) => {
      running += 1;
      most = Math.max(most, running);
      for (let tick = 0; tick < ticks; tick += 1) await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return ticks * 10;
    });
    expect(results).toEqual([50, 10, 40, 20, 30]);
    expect(most).toBe(2);
  });

  it('rejects with the first failure', async () => {
    const work = (item: number) => (item === 2 ? Promise.reject(new Error('two')) : Promise.resolve(item));
    await expect(concurrently([1, 2, 3], 1, work)).rejects.toThrow('two');
  });

  it('has nothing to do for nothing', async () => {
    expect(await concurrently([], 4, async (item) => item)).toEqual([]);
  });
});
