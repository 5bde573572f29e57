import { COLONY } from '../../../src/lib/signals/origin.js';
import { decide } from '../../../src/lib/policy/engine.js';
import { dueSignals } from '../../../src/lib/policy/due.js';
import { builtInPolicies, parsePolicies, type Policies } from '../../../src/lib/policy/policies.js';
import type { Facts, Signal } from '../../../src/lib/signals/envelope.js';
import { normaliseFacts } from '../../../src/lib/signals/facts.js';
import { mint } from '../../../src/lib/signals/mint.js';

export const START_MS = Date.UTC(2025, 10, 15, 10, 0);
export const MINUTE_MS = 60_000;

/** Rules of a text, in UTC. */
export function policiesOf(text: string): Policies {
  return parsePolicies(`time_zone: UTC\n${text}`, { path: 'policies.yaml', alsoSays: ['Q_MY_ACTION'] });
}

/** An engine without bus and daemon: state is kept as the journal keeps it, time is moved by hand. */
export function world(policies: Policies = { ...builtInPolicies(), timeZone: 'UTC' }) {
  const state: Record<string, unknown> = {};
  let count = 0;
  const self = {
    policies,
    state,
    nowMs: START_MS,
    /** By how much the wall clock was set. */
    setMs: 0,
    boot: 'first',
    decide(signal: Signal) {
      const decided = decide({
        signal,
        facts: normaliseFacts(signal.signal, signal.facts),
        policies: self.policies,
        state: structuredClone(state),
        nowMs: self.nowMs,
        moment: self.moment(),
        from: COLONY,
        idOf: (position) => `${signal.id}-${position}`,
      });
      for (const { key, value } of decided.state) {
        if (value === null) Reflect.deleteProperty(state, key);
        else state[key] = structuredClone(value);
      }
      return decided;
    },
    moment: () => ({ wallMs: self.nowMs, boot: self.boot, uptimeMs: self.nowMs - self.setMs }),
    /** Somebody sets the wall clock. */
    setClock(byMs: number) {
      self.nowMs += byMs;
      self.setMs += byMs;
    },
    hear(name: string, facts: Facts, cause?: Pick<Signal, 'id' | 'trace'>) {
      const id = `S${(count += 1)}`;
      const signal = mint(
        { signal: name, facts },
        { id, source: 'test', nowMs: self.nowMs, ...(cause ? { cause } : {}) },
      );
      return self.decide(signal);
    },
    promotions(set: string, files = 1) {
      return self.hear('Q_PROMOTIONS_DETECTED', {
        ...{ promotion_count: files, unacknowledged_count: files, oldest_promotion_age_hours: 1 },
        ...{ last_dream_time: null, promotions_path: '/p', promotion_set: set },
      });
    },
    /** The answer to a cycle that was triggered by the signal of this id. */
    answer(trigger: string, success: boolean, facts: Facts = {}) {
      return self.hear('Q_DREAM_COMPLETE', { cycle_id: 'c', success, ...facts }, { id: trigger, trace: trigger });
    },
    /** Lets time go by, and hears what becomes due. */
    pass(ms: number) {
      self.nowMs += ms;
      return dueSignals(state, self.moment()).map((draft) => self.hear(draft.signal, draft.facts));
    },
  };
  return self;
}

/** Names of what was said. */
export const saidBy = (decided: { signals: { signal: string }[] }) => decided.signals.map(({ signal }) => signal);
