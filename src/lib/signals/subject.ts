import { own } from '../base/own.js';
import type { Signal } from './envelope.js';

/** What a signal may be about, besides being itself; in the order in which a name is taken to mean it. */
export const SUBJECT_KINDS = ['intent', 'question', 'investigation', 'capability', 'cycle', 'deployment'] as const;

/** Kind of a thing that signals name. */
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

/** A thing that a signal names. */
export interface NamedSubject {
  kind: SubjectKind;
  name: string;
}

/** What the cause of a signal begins with that was routed from an intent file. */
export const INTENT_CAUSE = 'intent:';

/** A name that is longer is no name that anybody types. */
const LONGEST_NAME = 300;

/** Which facts of which signals name something. */
const NAMING: Readonly<Record<string, readonly (readonly [fact: string, kind: SubjectKind])[]>> = {
  Q_CURIOSITY_INVESTIGATE: [
    ['question_id', 'question'],
    ['capability_key', 'capability'],
  ],
  Q_INVESTIGATION_COMPLETE: [
    ['question_id', 'question'],
    ['investigation_id', 'investigation'],
  ],
  Q_INVESTIGATION_TIMEOUT: [['question_id', 'question']],
  Q_MODULE_INTEGRATED: [
    ['capability_key', 'capability'],
    ['module_name', 'capability'],
  ],
  Q_INTEGRATION_FAILED: [
    ['investigation_id', 'question'],
    ['capability_key', 'capability'],
  ],
  Q_MODULE_DISCOVERED: [['module_name', 'capability']],
  Q_DREAM_STEP: [['cycle_id', 'cycle']],
  Q_DREAM_COMPLETE: [
    ['cycle_id', 'cycle'],
    ['run_tag', 'cycle'],
  ],
  Q_DREAM_TIMEOUT: [['cycle_id', 'cycle']],
  Q_WINNER_DEPLOYED: [['winner_id', 'deployment']],
  Q_DEPLOYMENT_FAILED: [['winner_id', 'deployment']],
};

/** Names of the signals whose facts name something; besides them every signal may name the intent that it came from. */
export const NAMING_SIGNALS: readonly string[] = Object.keys(NAMING);

/** What a signal names, each once. */
export function subjectsOf({ signal, facts, cause_id: cause }: Signal): NamedSubject[] {
  const intent = cause?.startsWith(INTENT_CAUSE) ? [named('intent', cause.slice(INTENT_CAUSE.length))] : [];
  const others = (own(NAMING, signal) ?? []).map(([fact, kind]) => named(kind, own(facts, fact)));
  const subjects = [...intent, ...others].filter((subject) => subject !== undefined);
  return [...new Map(subjects.map((subject) => [`${subject.kind} ${subject.name}`, subject])).values()];
}

function named(kind: SubjectKind, name: unknown): NamedSubject | undefined {
  return typeof name === 'string' && name !== '' && name.length <= LONGEST_NAME ? { kind, name } : undefined;
}
