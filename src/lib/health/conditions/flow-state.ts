import type { StateChange } from '../../bus/bus.js';
import type { FlowState } from './stalled-flow.js';

const KEY = 'flow:waiting_since_ms';

/** After the colony was held back, e.g. by maintenance: what waited meanwhile begins to wait now. */
export const FLOW_ANEW: StateChange = { key: KEY, value: null };

/** The flow with the time since which something waits, and what has to be remembered for the next look. */
export function flowChange(
  flow: Omit<FlowState, 'waitingSinceMs'>,
  state: Readonly<Record<string, unknown>>,
  nowMs: number,
): { flow: FlowState; change: StateChange[] } {
  const before = typeof state[KEY] === 'number' ? state[KEY] : null;
  const waitingSinceMs = flow.waiting === 0 ? null : (before ?? nowMs);
  const change = waitingSinceMs === before ? [] : [{ key: KEY, value: waitingSinceMs }];
  return { flow: { ...flow, waitingSinceMs }, change };
}
