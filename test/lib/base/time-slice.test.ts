import { describe, expect, it } from 'vitest';
import { TimeSlice } from '../../../src/lib/base/time-slice.js';

describe('a time slice', () => {
  it('lets others run once it is used up, and not before', async () => {
    let nowMs = 0;
    const slice = new TimeSlice({ nowMs: () => 0, monotonicMs: () => nowMs }, 10);
    let others = 0;
    setImmediate(() => (others += 1));
    nowMs = 9;
    await slice.breathe();
    expect(others).toBe(0);
    nowMs = 10;
    await slice.breathe();
    expect(others).toBe(1);
  });
});
