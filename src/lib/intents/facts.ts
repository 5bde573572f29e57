import { own } from '../base/own.js';
import type { Facts } from '../signals/envelope.js';
import { evidenceOf, severityOf } from '../signals/foreign.js';
import { knownUrgency, mostUrgent, type Priority } from '../signals/priority.js';
import type { Intent } from './intent.js';
import type { Route } from './routes.js';

/** Urgency of an intent: the most urgent that it names, else that of its route, else normal. */
export function intentPriority(intent: Intent, route: Route): Priority {
  const named = intent.priorities.filter((value) => knownUrgency(value) !== undefined);
  return mostUrgent(named.length > 0 ? named : [route.priority]);
}

/**
 * Facts of the signal that an intent becomes. The file is deleted afterwards, so all that its data said is kept,
 * the document's fields on top.
 */
export function factsOf(intent: Intent, route: Route): Facts {
  const priority = intentPriority(intent, route);
  const kept = { ...intent.data, intent_type: intent.type, ...whereKnown(intent) };
  const shape = own(SHAPES, route.signal) ?? ((_: Intent, urgency: Priority) => ({ priority: urgency }));
  return { ...kept, ...shape(intent, priority) };
}

const SHAPES: Record<string, (intent: Intent, priority: Priority) => Facts> = {
  Q_CURIOSITY_INVESTIGATE: investigation,
  Q_DREAM_REQUESTED: dreamRequest,
  Q_HEALTH_ALERT: alert,
};

function whereKnown({ reason, emittedBy }: Intent): Facts {
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(emittedBy === undefined ? {} : { emitted_by: emittedBy }),
  };
}

function investigation({ type, data, questionId }: Intent, priority: Priority): Facts {
  const { question, evidence } = data;
  const given = evidence === undefined || evidence === null ? [] : (evidenceOf(evidence) ?? evidence);
  const actionClass = type === 'reinvestigate' ? { action_class: 'reinvestigate' } : {};
  return { question, question_id: questionId, priority, evidence: given, ...actionClass };
}

function dreamRequest({ type, data, reason, emittedBy }: Intent, priority: Priority): Facts {
  return {
    reason: reason ?? textOf(data['reason']) ?? type,
    topic: textOf(data['topic']) ?? null,
    requested_by: emittedBy ?? textOf(data['requested_by']) ?? null,
    priority,
  };
}

const SEVERITY_OF_PRIORITY: Record<Priority, string> = {
  critical: 'critical',
  high: 'warning',
  normal: 'warning',
  low: 'info',
};

function alert({ type, data }: Intent, priority: Priority): Facts {
  return {
    alert_type: textOf(data['alert_type']) ?? type.replace(/^alert_(?=.)/, ''),
    severity: severityOf(data['severity']) ?? SEVERITY_OF_PRIORITY[priority],
    metric_value: textOf(data['metric_value']) ?? null,
    threshold: textOf(data['threshold']) ?? null,
    recommended_action: textOf(data['recommended_action']) ?? null,
  };
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.length > 0 ? value : undefined;
}
