import { z } from 'zod';
import { momentSchema, stepBetween, type Moment } from '../../base/clock-step.js';
import type { StateChange } from '../../bus/bus.js';
import type { FlowState } from './stalled-flow.js';

const KEY = 'flow:still';

/** Since when nothing moves: both clocks then, and the mark of what was handled last. */
const stillSchema = z.object({ since: momentSchema, handledMs: z.number().nullable() });

/** After the colony was held back, e.g. by maintenance: what waited meanwhile begins to wait now. */
export const FLOW_ANEW: StateChange = { key: KEY, value: null };

/** What waits, and a mark that changes with each signal that is handled: its time, by whatever clock. */
export interface Flow {
  waiting: number;
  lastHandledAtMs: number | null;
}

/**
 * The flow with how long it has stood still, and what has to be remembered for the next look. It stands still from the
 * look that first sees something wait, or sees that something was handled since the last one; so how long that is goes
 * by the clock that nobody sets.
 */
export function flowChange(
  { waiting, lastHandledAtMs: handledMs }: Flow,
  state: Readonly<Record<string, unknown>>,
  now: Moment,
): { flow: FlowState; change: StateChange[] } {
  const before = stillSchema.safeParse(state[KEY]).data;
  if (waiting === 0) return { flow: { waiting, stillMs: 0 }, change: before === undefined ? [] : [FLOW_ANEW] };
  if (before?.handledMs !== handledMs)
    return { flow: { waiting, stillMs: 0 }, change: [{ key: KEY, value: { since: now, handledMs } }] };
  const stillMs = now.wallMs - before.since.wallMs - stepBetween(before.since, now);
  return { flow: { waiting, stillMs }, change: [] };
}
