import { errorCode } from '../base/errors.js';
import { own } from '../base/own.js';
import type { Config } from '../config/schema.js';
import type { Facts, Signal } from '../signals/envelope.js';
import { normaliseFacts } from '../signals/facts.js';
import type { RuleEvent } from './rule-schema.js';
import type { Rule } from './rule.js';
import type { Entrance } from '../signals/origin.js';

/** The signal that would show that a missing one has come after all. */
export interface Sought {
  signal: string;
  /** The fact that both have in common, and its value; null: the chain of causes joins them. */
  by: string | null;
  key: unknown;
  trace: string;
}

/** Something that a rule waits for, seen now. */
export interface Sighting {
  event: RuleEvent['event'];
  /** What it is about: a daemon, or the type of an alert. */
  subject: string;
  daemon: string | null;
  /** What was seen, in words. */
  detail: string;
  threshold: string;
  /** The signal that tells of it; null where the healer sees it by itself, and says an alert first. */
  signal: Signal | null;
  facts: Facts;
  sought: Sought | null;
  /** By which door the signal came in; absent where the healer sees it by itself. */
  from?: Entrance;
}

/** A pair of signals of which one is missed, as the configuration declares it. */
export type Pairs = Config['expectations'];

/** What healing says itself is nothing to be healed. */
const OWN_ALERTS: ReadonlySet<string> = new Set([
  'daemon_silent',
  'restart_storm',
  'lag_grows',
  'repair_did_not_help',
  'healing_invalid',
]);

/** What a signal means to a rule; undefined where the rule does not wait for it. */
export function sightedBy(rule: Rule, signal: Signal, pairs: Pairs): Sighting | undefined {
  const facts = readable(signal);
  if (facts === undefined) return undefined;
  const { when } = rule;
  if (when.event === 'missing_signal' && signal.signal === when.signal)
    return applying(rule, missingSignal(signal, facts, pairs));
  if (when.event === 'health_critical' && signal.signal === 'Q_HEALTH_ALERT')
    return isCritical(facts, when.alert) ? applying(rule, criticalAlert(signal, facts)) : undefined;
  return undefined;
}

/** What an expression of a rule sees of a sighting. */
export function valuesOf({ signal, facts, subject }: Sighting): Record<string, unknown> {
  return { signal: signal?.signal ?? '', source: signal?.source ?? '', facts, subject };
}

/** A fact that is a text; of others nothing is told. */
export function textOf(fact: unknown): string {
  return typeof fact === 'string' ? fact : '';
}

function readable({ signal, facts }: Signal): Facts | undefined {
  try {
    return normaliseFacts(signal, facts);
  } catch {
    return undefined; // Who should have handled it has a dead letter of it.
  }
}

function applying(rule: Rule, sighting: Sighting): Sighting | undefined {
  try {
    return rule.applies(valuesOf(sighting)) === true ? sighting : undefined;
  } catch (error) {
    // One that would take too long is set aside, and told of; else it asks for a field that there is not.
    if (errorCode(error) === 'EXPRESSION_TOO_LONG') throw error;
    return undefined;
  }
}

function missingSignal(signal: Signal, facts: Facts, pairs: Pairs): Sighting {
  const named = textOf(facts['daemon']);
  const daemon = named === '' ? null : named;
  const [until, pair] = Object.entries(pairs).find(([, { emit }]) => emit === signal.signal) ?? [];
  const by = pair?.by ?? null;
  const key = by === null ? null : own(facts, by);
  const name = typeof key === 'string' ? key : signal.trace;
  return {
    event: 'missing_signal',
    subject: daemon ?? signal.signal,
    daemon,
    detail: `${name} has no ${until ?? 'answer'}`,
    threshold: typeof facts['timeout_seconds'] === 'number' ? `${facts['timeout_seconds']} s` : '',
    signal,
    facts,
    sought: until === undefined ? null : { signal: until, by, key, trace: signal.trace },
  };
}

function isCritical(facts: Facts, wanted: string): boolean {
  const type = textOf(facts['alert_type']);
  return facts['severity'] === 'critical' && !OWN_ALERTS.has(type) && (wanted === '*' || wanted === type);
}

function criticalAlert(signal: Signal, facts: Facts): Sighting {
  const type = textOf(facts['alert_type']);
  return {
    event: 'health_critical',
    subject: type,
    daemon: null,
    detail: `${type} is critical: ${textOf(facts['metric_value'])}`,
    threshold: textOf(facts['threshold']),
    signal,
    facts,
    sought: null,
  };
}
