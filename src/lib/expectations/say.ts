import { catalogue } from '../signals/catalogue.js';
import type { Draft, Facts } from '../signals/envelope.js';
import { say } from '../signals/facts.js';
import { idFromKey } from '../signals/id.js';
import type { Clocked } from './judge.js';
import type { Expectation } from './expectation.js';
import type { OpenTrigger } from './open-triggers.js';
import type { Place } from './place.js';

/** A trigger that is over its limit, and where it is. */
export interface Overdue {
  trigger: OpenTrigger;
  place: Place;
  clock: Clocked;
}

/** A dead letter is not helped by starting anything again. */
const ACTION_FOR_DEAD = 'replay_dead_letter';

/** Facts of the timeout: the document's three, and which trigger it is about. */
export function timeoutFacts(
  { by, emit }: Pick<Expectation, 'by' | 'emit'>,
  { id, key }: Pick<OpenTrigger, 'id' | 'key'>,
  { action, limitMs }: { action: string; limitMs: number },
): Facts {
  // A cycle that never ended has told nobody its id, and is known by that of its trigger.
  const cycle = catalogue.get(emit)?.fields.includes('cycle_id') ? { cycle_id: id } : {};
  const joined = by === null ? cycle : { [by]: key ?? id };
  return { ...joined, timeout_seconds: limitMs / 1000, suggested_action: action, trigger_id: id };
}

/** The id of a timeout is that of its trigger's moment and the pair: said again after a crash it is the same signal. */
export function timeoutIdOf({ emit }: Expectation, { id, saidAtMs }: Pick<OpenTrigger, 'id' | 'saidAtMs'>): string {
  const { atMs, key } = derivation(emit, { id, saidAtMs });
  return idFromKey(atMs, key);
}

/** What is said of those that are over their limit: a timeout for each, and one alert for all of them. */
export function timeoutDrafts(expectation: Expectation, overdue: readonly Overdue[]): Draft[] {
  const [first] = overdue;
  if (first === undefined) return [];
  const timeouts = overdue.map(({ trigger, place, clock }) => ({
    signal: expectation.emit,
    facts: {
      ...timeoutFacts(expectation, trigger, { action: actionFor(expectation, place), limitMs: clock.limitMs }),
      state: place.kind,
      ...('daemon' in place ? { daemon: place.daemon } : {}),
    },
    causeId: trigger.id,
    trace: trigger.trace,
    derivedFrom: derivation(expectation.emit, trigger),
  }));
  return [...timeouts, alertDraft(expectation, first, overdue.length)];
}

function derivation(emit: string, { id, saidAtMs }: Pick<OpenTrigger, 'id' | 'saidAtMs'>) {
  return { atMs: saidAtMs, key: `${emit} ${id}` };
}

function actionFor({ action }: Expectation, { kind }: Place): string {
  return kind === 'dead' ? ACTION_FOR_DEAD : action;
}

function alertDraft(expectation: Expectation, { trigger, place, clock }: Overdue, count: number): Draft {
  const { emit, until } = expectation;
  const name = trigger.key ?? trigger.id;
  const others = count === 1 ? '' : ` and ${count - 1} more`;
  const alert = say('Q_HEALTH_ALERT', {
    alert_type: alertTypeOf(emit),
    severity: 'warning',
    metric_value: `${name}${others}: no ${until}, ${place.kind}${'daemon' in place ? ` at ${place.daemon}` : ''}`,
    threshold: `${clock.limitMs / 1000} s${clock.limit === 'queue' ? ' in the queue' : ''}`,
    recommended_action: actionFor(expectation, place),
  });
  return { ...alert, causeId: trigger.id, trace: trigger.trace, derivedFrom: derivation(`alert ${emit}`, trigger) };
}

/** `Q_INVESTIGATION_TIMEOUT` alerts as `investigation_timeout`. */
function alertTypeOf(emit: string): string {
  return emit.replace(/^Q_/, '').toLowerCase();
}
