import { own } from '../base/own.js';
import type { Chain } from './ask.js';

/** How long a hop took over all chains that made it. */
export interface HopLatency {
  hop: string;
  count: number;
  medianMs: number;
  slowestMs: number;
}

const NAMES: Readonly<Record<string, string>> = {
  Q_CURIOSITY_INVESTIGATE: 'intent file → question on the bus',
  Q_INVESTIGATION_COMPLETE: 'question → investigated',
  Q_MODULE_INTEGRATED: 'investigated → registered',
  Q_MODULE_DISCOVERED: 'registered → announced',
  Q_INTEGRATION_FAILED: 'investigated → refused',
};
const WHOLE = 'intent file → outcome';

/** Latencies of every hop in the order of the flow, then of the whole way; milliseconds from timestamps. */
export function hopLatencies(chains: readonly Chain[]): HopLatency[] {
  const times = new Map<string, number[]>();
  const add = (hop: string, ms: number) => times.set(hop, [...(times.get(hop) ?? []), Math.max(0, ms)]);
  for (const { signals, askedAtMs } of chains) {
    let beforeMs = askedAtMs;
    for (const { signal, timestamp } of signals) {
      add(own(NAMES, signal) ?? signal, Date.parse(timestamp) - beforeMs);
      beforeMs = Date.parse(timestamp);
    }
    add(WHOLE, beforeMs - askedAtMs);
  }
  const order = [...Object.values(NAMES), ...times.keys()].filter((hop) => hop !== WHOLE);
  return [...new Set([...order, WHOLE])].flatMap((hop) => summary(hop, times.get(hop) ?? []));
}

function summary(hop: string, times: readonly number[]): HopLatency[] {
  if (times.length === 0) return [];
  const sorted = [...times].sort((left, right) => left - right);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? 0;
  const lower = sorted[Math.ceil(middle) - 1] ?? 0;
  return [{ hop, count: sorted.length, medianMs: Math.round((upper + lower) / 2), slowestMs: sorted.at(-1) ?? 0 }];
}
