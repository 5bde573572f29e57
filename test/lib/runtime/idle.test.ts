import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { untilIdle } from '../../../src/lib/runtime/idle.js';

describe('a daemon that ends when it is idle', () => {
  let busyUntilMs: number;
  let stays: boolean[];
  const clock = { monotonicMs: () => Date.now() };
  const daemon = { restingMs: () => Math.max(0, Date.now() - busyUntilMs), stays: async () => stays.shift() ?? false };
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
    busyUntilMs = 0;
    stays = [];
  });
  afterEach(() => vi.useRealTimers());

  const endedAtMs = async (least: { idleMs: number; leastRunMs: number }) => {
    const ended = untilIdle(daemon, least, clock).then(() => Date.now());
    await vi.advanceTimersByTimeAsync(200_000);
    return ended;
  };

  it('ends so long after it last had something to do', async () => {
    busyUntilMs = 30_000;
    expect(await endedAtMs({ idleMs: 10_000, leastRunMs: 0 })).toBe(40_000);
  });

  it('stays for as long as it says so, and is asked again after each time of idleness', async () => {
    stays = [true, true];
    expect(await endedAtMs({ idleMs: 10_000, leastRunMs: 0 })).toBe(30_000);
  });

  it('stays for a while though it had nothing to do, where each start is counted', async () => {
    expect(await endedAtMs({ idleMs: 10_000, leastRunMs: 60_000 })).toBe(60_000);
  });
});
