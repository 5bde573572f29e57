import type { Draft, Facts } from '../signals/envelope.js';
import { say } from '../signals/facts.js';
import { idFromKey } from '../signals/id.js';
import type { Case, HealerPause, OpenRepair } from './memory.js';
import type { Rule } from './rule.js';
import type { Sighting } from './sighting.js';

/** A draft whose id is known before it is said. */
interface Named {
  id: string;
  trace: string;
  draft: Draft;
}

/** What a rule does about a sighting. */
export interface Deed {
  rule: Rule;
  sighting: Sighting;
  target: string;
  /** Of a repair signal. */
  facts: Facts;
  nowMs: number;
}

/** The alert that tells of what the healer saw by itself: the cause of the repair that follows. */
export function sightingAlert({ rule, sighting, nowMs }: Omit<Deed, 'target' | 'facts'>): Named {
  const types = { watchdog: 'daemon_silent', restart_storm: 'restart_storm', lag_grows: 'lag_grows' };
  const { event, subject, detail, threshold } = sighting;
  const alert = say('Q_HEALTH_ALERT', {
    alert_type: event in types ? types[event as keyof typeof types] : event,
    severity: 'warning',
    metric_value: detail,
    threshold,
    recommended_action: 'none_a_repair_follows',
  });
  return named(alert, { atMs: nowMs, key: `sighting ${rule.name} ${subject} ${nowMs}` });
}

/** The decision to repair. Said and remembered in one transaction, it is carried out by whoever hears it. */
export function startedDraft(deed: Deed, cause: { id: string; trace: string }): Named {
  const { rule, sighting, target, facts, nowMs } = deed;
  const { event, subject, detail: reason } = sighting;
  const { do: act } = rule;
  const started = say('Q_REPAIR_STARTED', {
    ...{ rule: rule.name, event, subject, action: act.action, target, reason },
    ...(act.action === 'repair_signal' ? { emit_signal: act.signal, emit_facts: facts } : {}),
    ...(act.action === 'pause_daemon' ? { pause_ms: act.for } : {}),
  });
  return named(
    { ...started, causeId: cause.id, trace: cause.trace },
    { atMs: nowMs, key: `repair ${rule.name} ${cause.id}` },
  );
}

/** The end of a pause, decided when its time is over. */
export function liftDraft({ daemon, rule, repair, trace }: HealerPause, nowMs: number): Named {
  const started = say('Q_REPAIR_STARTED', {
    ...{ rule, event: 'pause_is_over', subject: daemon, action: 'resume_daemon', target: daemon },
    reason: 'the time of its pause is over',
  });
  return named({ ...started, causeId: repair, trace }, { atMs: nowMs, key: `lift ${repair}` });
}

/** Whether a repair helped. */
export function judgedDraft(
  { repair, trace, startedMs }: OpenRepair,
  verdict: { rule: string; subject: string; helped: boolean; detail: string },
): Draft {
  const derivedFrom = { atMs: startedMs, key: `judged ${repair}` };
  return { ...say('Q_REPAIR_JUDGED', verdict), causeId: repair, trace, derivedFrom };
}

/** What an operator is told when a rule is at its end. */
export function escalation(rule: Rule, subject: string, told: { case: Case; reason: string; nowMs: number }): Draft {
  const { repair, trace } = told.case;
  const alert = say('Q_HEALTH_ALERT', {
    alert_type: 'repair_did_not_help',
    severity: 'critical',
    metric_value: `${rule.name}, ${subject}: ${told.reason}`,
    threshold: `helped within ${rule.helped.within / 1000} s`,
    recommended_action: 'look_at_healing_history',
  });
  const derivedFrom = { atMs: told.nowMs, key: `escalated ${rule.name} ${subject} ${told.nowMs}` };
  const cause = repair === null || trace === null ? {} : { causeId: repair, trace };
  return { ...alert, ...cause, derivedFrom };
}

function named(draft: Draft, derivedFrom: { atMs: number; key: string }): Named {
  const id = idFromKey(derivedFrom.atMs, derivedFrom.key);
  return { id, trace: draft.trace ?? id, draft: { ...draft, derivedFrom } };
}
