import { scanPromotions } from '../../promotions/promotions.js';
import type { Recorded, Signal } from '../../bus/bus.js';
import { readFacts } from '../../signals/facts.js';
import type { DreamResult } from '../result.js';
import type { CycleRequest } from './state.js';

const ID_TAIL = 6;

/** A trigger, and when the journal took it: its own timestamp is its publisher's, and only names its cycle. */
type Trigger = Pick<Recorded, 'signal' | 'receivedAtMs'>;

/** What a trigger asks for. Its promotions are those that lay there when it came. */
export async function requestOf({ signal, receivedAtMs }: Trigger, promotionsFolder: string): Promise<CycleRequest> {
  const { promotion_count } = readFacts(signal, 'Q_DREAM_TRIGGER');
  const { unacknowledged } = await scanPromotions(promotionsFolder);
  const lay = unacknowledged.filter(({ mtimeMs }) => mtimeMs <= receivedAtMs).map(({ name }) => name);
  return { ...bareRequestOf(signal), promotions: (promotion_count ?? 0) > 0 ? lay : [] };
}

/** What a trigger asks for, without a look at the disk; the id of its cycle follows from the trigger. */
export function bareRequestOf(signal: Signal): CycleRequest {
  const { reason, topic } = readFacts(signal, 'Q_DREAM_TRIGGER');
  const cycleId = cycleIdOf(Date.parse(signal.timestamp), signal.id.slice(-ID_TAIL).toLowerCase());
  return { cycleId, triggerId: signal.id, topic, reason, promotions: [] };
}

/**
 * The cycle that did what this trigger asks for, after it came: about the same topic, and with all of its promotions
 * that still lie there. A monitor that ticks eleven times while a cycle runs has asked for one cycle.
 */
export function answeredMeanwhile(
  { topic, promotions }: CycleRequest,
  { receivedAtMs }: Pick<Trigger, 'receivedAtMs'>,
  results: readonly DreamResult[],
): DreamResult | undefined {
  return results.find(
    (result) =>
      result.trigger_id !== null &&
      result.topic === topic &&
      Date.parse(result.ended_at) >= receivedAtMs &&
      promotions.every((name) => result.promotions.includes(name)),
  );
}

/** `dream_20251115_103000_x7k2m1` */
export function cycleIdOf(atMs: number, tail: string): string {
  const [date = '', time = ''] = new Date(atMs).toISOString().replaceAll(/[-:]/g, '').split('T');
  return `dream_${date}_${time.slice(0, 6)}_${tail}`;
}
