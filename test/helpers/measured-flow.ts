import type { Measured } from '../../src/lib/operator/top/board.js';
import { signalOf } from './signals.js';

const NOW_MS = 1_000_000_000_000;

/** Three signals, two consumers and two dead letters, as `bus top` measures them. */
export function measuredFlow(): Measured {
  const row = (name: string, [perSecond, total, secondsAgo]: [number, number, number]) => ({
    ...{ name, perSecond, total, lastAtMs: NOW_MS - secondsAgo * 1_000, last: signalOf(name, { name }) },
    history: [...Array<number>(59).fill(0), total],
  });
  const consumer = {
    hears: [],
    paused: false,
    pause: null,
    outages: [],
    enabled: true,
    lag: 0,
    running: 0,
    waiting: 0,
  };
  const letter = { signal: 'OBSERVATION', daemon: 'a_daemon', error: 'TypeError: no' };
  return {
    nowMs: NOW_MS,
    home: '/home/kloros/.kloros',
    all: { perSecond: 3.4, history: Array<number>(60).fill(3) },
    signals: [row('OBSERVATION', [2, 900, 9]), row('Q_DREAM_TRIGGER', [0, 1, 0]), row('HEARTBEAT', [12, 800, 5])],
    consumers: [
      { ...consumer, name: 'running_daemon', lastHandledAtMs: NOW_MS - 3_000, pids: [1] },
      { ...consumer, name: 'paused_daemon', lag: 7, paused: true, lastHandledAtMs: null, pids: [] },
    ],
    dead: [
      { id: '1', ...letter, failedAtMs: NOW_MS - 60_000 },
      { id: '2', ...letter, failedAtMs: NOW_MS - 1_000 },
    ],
  };
}
