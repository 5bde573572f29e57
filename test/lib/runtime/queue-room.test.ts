import { describe, expect, it } from 'vitest';
import { QueueRoom } from '../../../src/lib/runtime/queue-room.js';
import type { ConsumerStatus } from '../../../src/lib/bus/bus.js';
import { silentLog } from '../../helpers/colony.js';

const LIMIT = 100;

/** A room whose hearer has so much to do at each look, the last for ever. */
function roomAt(...waiting: number[]) {
  let looks = 0;
  const consumers = async (): Promise<ConsumerStatus[]> => {
    const lag = waiting[Math.min(looks, waiting.length - 1)] ?? 0;
    looks += 1;
    const rest = { paused: false, pause: null, outages: [], running: 0, waiting: 0, lastHandledAtMs: null, pids: [] };
    return [
      { ...rest, name: 'hearer', hears: ['Q_A'], enabled: true, lag },
      { ...rest, name: 'other', hears: ['Q_B'], enabled: true, lag: 10 * LIMIT },
      { ...rest, name: 'gone', hears: ['Q_A'], enabled: false, lag: 10 * LIMIT },
    ];
  };
  const room = new QueueRoom({ consumers, says: ['Q_A'], limit: LIMIT, lookMs: 1, log: silentLog });
  return { room, looks: () => looks };
}

const never = new AbortController().signal;

describe('a source that is throttled', () => {
  it('looks once for as much as there is room for', async () => {
    const { room, looks } = roomAt(40);
    for (let said = 0; said < 60; said += 20) {
      await room.available(never);
      room.said(20);
    }
    expect(looks()).toBe(1);
    await room.available(never);
    expect(looks()).toBe(2);
  });

  it('waits while the queue is full, and until a tenth of it is free', async () => {
    const { room, looks } = roomAt(100, 150, 95, 91, 90);
    await room.available(never);
    expect(looks()).toBe(5);
  });

  it('waits no longer when its daemon stops', async () => {
    await roomAt(LIMIT).room.available(AbortSignal.abort());
  });
});
