import { scanPromotions } from '../../promotions/promotions.js';
import type { Signal } from '../../signals/envelope.js';
import { readFacts } from '../../signals/facts.js';
import type { DreamResult } from '../result.js';
import type { CycleRequest } from './state.js';

const ID_TAIL = 6;

/** What a trigger asks for. Its promotions are those that lay there when it was said. */
export async function requestOf(signal: Signal, promotionsFolder: string): Promise<CycleRequest> {
  const { promotion_count } = readFacts(signal, 'Q_DREAM_TRIGGER');
  const { unacknowledged } = await scanPromotions(promotionsFolder);
  const saidMs = Date.parse(signal.timestamp);
  const lay = unacknowledged.filter(({ mtimeMs }) => mtimeMs <= saidMs).map(({ name }) => name);
  return { ...bareRequestOf(signal), promotions: (promotion_count ?? 0) > 0 ? lay : [] };
}

/** What a trigger asks for, without a look at the disk; the id of its cycle follows from the trigger. */
export function bareRequestOf(signal: Signal): CycleRequest {
  const { reason, topic } = readFacts(signal, 'Q_DREAM_TRIGGER');
  const cycleId = cycleIdOf(Date.parse(signal.timestamp), signal.id.slice(-ID_TAIL).toLowerCase());
  return { cycleId, triggerId: signal.id, topic, reason, promotions: [] };
}

/**
 * The cycle that did what this trigger asks for, after it was said: about the same topic, and with all of its promotions
 * that still lie there. A monitor that ticks eleven times while a cycle runs has asked for one cycle.
 */
export function answeredMeanwhile(
  { topic, promotions }: CycleRequest,
  { timestamp }: Signal,
  results: readonly DreamResult[],
): DreamResult | undefined {
  return results.find(
    (result) =>
      result.trigger_id !== null &&
      result.topic === topic &&
      Date.parse(result.ended_at) >= Date.parse(timestamp) &&
      promotions.every((name) => result.promotions.includes(name)),
  );
}

/** `dream_20251115_103000_x7k2m1` */
export function cycleIdOf(atMs: number, tail: string): string {
  const [date = '', time = ''] = new Date(atMs).toISOString().replaceAll(/[-:]/g, '').split('T');
  return `dream_${date}_${time.slice(0, 6)}_${tail}`;
}
