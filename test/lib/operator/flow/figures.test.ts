import { describe, expect, it } from 'vitest';
import { COLONY } from '../../../../src/lib/signals/origin.js';
import { bandwidthOf, delayOf, frequencyOf } from '../../../../src/lib/operator/flow/figures.js';
import { Meter } from '../../../../src/lib/operator/flow/meter.js';
import { OTHERS } from '../../../../src/lib/operator/top/tally.js';
import type { Signal } from '../../../../src/lib/signals/envelope.js';
import { mint } from '../../../../src/lib/signals/mint.js';

const START_MS = 1_000_000_000_000;
let number = 0;
const said = (name: string, atMs: number, cause?: Signal) =>
  mint(
    { signal: name, facts: {} },
    { id: `${(number += 1)}`, source: 'test', nowMs: START_MS + atMs, ...(cause ? { cause } : {}) },
  );
/** What a publisher whose clock is ahead by so much said. */
const recorded = (signal: Signal, bytes = 100, aheadMs = 0) => ({
  seq: 1,
  signal: { ...signal, ts: signal.ts + aheadMs / 1_000 },
  receivedAtMs: signal.ts * 1_000,
  frame: Buffer.alloc(bytes),
  from: COLONY,
  chain: COLONY,
});

/** A name said every so many milliseconds and read all at once, as a page is. */
function meterOf(intervalsMs: readonly number[], readAtMs: number, bytes?: number): Meter {
  const meter = new Meter({ count: 100 });
  let atMs = 0;
  for (const intervalMs of [0, ...intervalsMs]) {
    atMs += intervalMs;
    meter.note(recorded(said('A', atMs), bytes), START_MS + readAtMs);
  }
  return meter;
}

const only = (meter: Meter) => meter.readings(START_MS + 10_000)[0]!;

describe('what the flow commands measure', () => {
  it('is the rate at which signals were said, however they were read', () => {
    const { hz, intervalMs, total } = frequencyOf(only(meterOf([100, 100, 200, 100], 500)));
    expect({ hz, total }).toEqual({ hz: 8, total: 5 });
    expect(intervalMs).toMatchObject({ count: 4, min: 100, mean: 125, max: 200 });
    expect(intervalMs.stdDev).toBeCloseTo(43.3, 1);
  });

  it('has no rate of a single signal', () => {
    expect(frequencyOf(only(meterOf([], 0)))).toMatchObject({ hz: null, intervalMs: { count: 0 } });
    expect(bandwidthOf(only(meterOf([], 0)))).toMatchObject({ bytesPerSecond: null, bytes: { count: 1 } });
  });

  it('is by the journal, also where the clock of the publisher runs away or stands still', () => {
    const meter = new Meter({ count: 100 });
    for (const [index, aheadMs] of [0, 86_400_000, -5_000, 60_000].entries())
      meter.note(recorded(said('A', index * 100), 100, aheadMs), START_MS + 300);
    expect(frequencyOf(only(meter)).hz).toBe(10);
    expect(bandwidthOf(only(meter)).bytesPerSecond).toBe(1_000);
    expect(delayOf(only(meter)).hereMs).toMatchObject({ min: 0, max: 300 });
  });

  it('takes signals in the order of their times, where the clock of this machine was set back', () => {
    expect(frequencyOf(only(meterOf([100, -50, 150], 300))).intervalMs).toMatchObject({ min: 50, max: 100 });
  });

  it('is the way from the journal to here', () => {
    expect(delayOf(only(meterOf([10, 10], 50))).hereMs).toMatchObject({ min: 30, mean: 40, max: 50 });
  });

  it.each([
    [0, false],
    [1_500, false],
    [60_000, true],
    [-60_000, true],
  ])('tells that the clock of a publisher is off where it is %i ms ahead: %s', (aheadMs, isClockOff) => {
    const meter = new Meter({ count: 100 });
    meter.note(recorded(said('A', 0), 100, aheadMs), START_MS);
    const delay = delayOf(only(meter));
    expect(delay.isClockOff).toBe(isClockOff);
    expect(delay.sentMs.p50).toBeCloseTo(-aheadMs, 0);
  });

  it('is the time to what a daemon said to it, also where that name is not asked for', () => {
    const meter = new Meter({ count: 100 });
    const question = said('A', 0);
    meter.note(recorded(question), START_MS);
    meter.note(recorded(said('B', 250, question)), START_MS + 250, false);
    const readings = meter.readings(START_MS + 250);
    expect(readings.map(({ signal }) => signal)).toEqual(['A']);
    expect(delayOf(readings[0]!).answeredMs).toMatchObject({ count: 1, mean: 250 });
  });

  it('is the bytes a second, and of each', () => {
    const figures = bandwidthOf(only(meterOf([500, 500], 1_000, 300)));
    expect(figures).toMatchObject({ bytesPerSecond: 600, bytes: { min: 300, mean: 300, max: 300 } });
  });

  it('does not fill the memory where a peer makes up names', () => {
    const meter = new Meter({ count: 2 });
    for (let n = 0; n < 1_500; n += 1) meter.note(recorded(said(`N${n}`, n)), START_MS);
    expect(meter.readings(START_MS)).toHaveLength(1_001);
    expect(meter.readings(START_MS).find(({ signal }) => signal === OTHERS)?.total).toBe(500);
  });
});
