import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { after, every, sleep, timeoutSignal } from '../../../src/lib/base/timers.js';

const DAY_MS = 86_400_000;
/** setTimeout takes more than 24.8 days for one millisecond. */
const LONG_MS = 60 * DAY_MS;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Lets days pass, and says how often the callback ran. */
async function runsAfter(days: number, run: { mock: { calls: unknown[] } }): Promise<number> {
  await vi.advanceTimersByTimeAsync(days * DAY_MS);
  return run.mock.calls.length;
}

describe('a time that is longer than Node can hold', () => {
  it('is over when it is over, and once', async () => {
    const run = vi.fn();
    after(LONG_MS, run);
    expect([await runsAfter(59.9, run), await runsAfter(0.1, run), await runsAfter(100, run)]).toEqual([0, 1, 1]);
  });

  it('that never ends is never over', async () => {
    const run = vi.fn();
    after(Infinity, run).unref();
    expect(await runsAfter(400, run)).toBe(0);
  });

  it('ends a rest, unless an abort does it before', async () => {
    const [rested, woken] = [vi.fn(), vi.fn()];
    const abort = new AbortController();
    void sleep(LONG_MS).then(rested);
    void sleep(LONG_MS, abort.signal).then(woken);
    expect(await runsAfter(30, woken)).toBe(0);
    abort.abort();
    expect([await runsAfter(0, woken), await runsAfter(29, rested), await runsAfter(1, rested)]).toEqual([1, 0, 1]);
    await sleep(LONG_MS, abort.signal);
  });

  it('aborts with the reason of a time limit', async () => {
    const limit = timeoutSignal(LONG_MS);
    await vi.advanceTimersByTimeAsync(LONG_MS - 1);
    expect(limit.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(limit.reason).toMatchObject({ name: 'TimeoutError' });
  });

  it('between two runs is 24 days, and not a millisecond', async () => {
    const run = vi.fn();
    const timer = every(LONG_MS, run);
    expect([await runsAfter(24, run), await runsAfter(1, run), await runsAfter(24, run)]).toEqual([0, 1, 1]);
    clearInterval(timer);
  });
});

it('A timer that was ended does not run, also after a part of its time', async () => {
  const run = vi.fn();
  const timer = after(LONG_MS, run);
  expect(await runsAfter(30, run)).toBe(0);
  timer.clear();
  expect(await runsAfter(100, run)).toBe(0);
});

it('A limit that only AbortSignal.any() knows is kept until it is over', async () => {
  vi.useRealTimers();
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const limited = AbortSignal.any([new AbortController().signal, timeoutSignal(20)]);
  await new Promise((resolve) => setImmediate(resolve)); // What is referred to weakly lives until the turn is over.
  collectGarbage();
  await vi.waitUntil(() => limited.aborted, { timeout: 30_000 });
  expect(limited.reason).toMatchObject({ name: 'TimeoutError' });
});
