import { describe, expect, it } from 'vitest';
import { MOST_KEPT, oldestForgotten } from '../../../src/lib/investigation/newest.js';

const kept = (count: number) => Array.from({ length: count }, (_, n) => ({ key: `k${n}`, atMs: n }));

describe('keys that outside text makes', () => {
  it('are all kept up to the bound', () => {
    expect(oldestForgotten(kept(MOST_KEPT - 2), 2)).toEqual([]);
  });

  it('lose the oldest, some at once, where they are more than the bound', () => {
    const gone = oldestForgotten(kept(MOST_KEPT).toReversed(), 2);
    expect(gone[0]).toEqual({ key: 'k0', value: null });
    expect(gone.length).toBeGreaterThan(2);
    expect(gone.map(({ key }) => key)).toEqual(kept(gone.length).map(({ key }) => key));
  });

  it('lose the same ones in whichever order they are read', () => {
    const equal = kept(MOST_KEPT).map(({ key }) => ({ key, atMs: 1 }));
    expect(oldestForgotten(equal, 1)).toEqual(oldestForgotten(equal.toReversed(), 1));
  });
});
