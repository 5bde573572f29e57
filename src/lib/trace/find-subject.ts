import { cutText } from '../base/cut-text.js';
import { KlorosError } from '../base/errors.js';
import type { Observer } from '../bus/observer.js';
import type { UndoRecord } from '../capabilities/undo-journal.js';
import { INTENT_CAUSE, SUBJECT_KINDS, type SubjectKind } from '../signals/subject.js';

/** What an id turned out to name. */
export interface Subject {
  kind: 'signal' | SubjectKind;
  /** As it is written in full. */
  id: string;
  trace: string;
  /** Others of the same name, newest first, which are not shown. */
  others: string[];
}

const LEAST_PREFIX = 6;
const MOST_FOUND = 6;

/**
 * What an id names, the surest first: a signal by its whole id, an intent by its file, a capability that was integrated,
 * a signal by the beginning of its id; then what signals name, in the order of SUBJECT_KINDS.
 * Throws KlorosError TRACE_NOT_FOUND, or INVALID_ID where a beginning fits several.
 */
export function findSubject(observer: Observer, id: string, integrations: readonly UndoRecord[]): Subject {
  const found =
    signalOf(observer, id) ??
    intentOf(observer, id) ??
    integrationOf(observer, id, integrations) ??
    beginningOf(observer, id) ??
    namedOf(observer, id);
  if (found !== undefined) return found;
  throw new KlorosError({
    code: 'TRACE_NOT_FOUND',
    message: `Nothing is known of ${JSON.stringify(cutText(id, 80))}`,
    why: 'it is no signal of the journal, nor the intent file, question, investigation, capability, cycle or deployment of one',
    next: ['kloros bus listen --since 1h --no-follow', 'kloros intent list'],
  });
}

function signalOf(observer: Observer, id: string): Subject | undefined {
  const found = observer.find(id);
  return found && { kind: 'signal', id, trace: found.signal.trace, others: [] };
}

function intentOf(observer: Observer, id: string): Subject | undefined {
  const file = id.replace(INTENT_CAUSE, '').replace(/^.*\//, '');
  return file.endsWith('.json') ? namedOf(observer, file, ['intent']) : undefined;
}

function integrationOf(observer: Observer, id: string, integrations: readonly UndoRecord[]): Subject | undefined {
  const isMeant = (record: UndoRecord) => [record.capability_key, record.module, record.id].includes(id);
  const records = integrations.filter(isMeant).toReversed();
  const traces = records.flatMap((record) => observer.find(record.id)?.signal.trace ?? []);
  const [trace, ...others] = [...new Set(traces)];
  return trace === undefined ? undefined : { kind: 'capability', id: records[0]?.capability_key ?? id, trace, others };
}

function beginningOf(observer: Observer, id: string): Subject | undefined {
  if (id.length < LEAST_PREFIX || !/^[0-9A-Z]+$/i.test(id)) return undefined;
  const ids = observer.idsLike(id.toUpperCase(), MOST_FOUND);
  if (ids.length > 1) throw ambiguous(id, ids);
  return ids[0] === undefined ? undefined : signalOf(observer, ids[0]);
}

function namedOf(observer: Observer, id: string, kinds: readonly SubjectKind[] = SUBJECT_KINDS): Subject | undefined {
  const chains = observer.chainsOf(id);
  const kind = kinds.find((wanted) => chains.some((chain) => chain.kind === wanted));
  const [trace, ...others] = chains.filter((chain) => chain.kind === kind).map((chain) => chain.trace);
  return kind === undefined || trace === undefined ? undefined : { kind, id, trace, others };
}

function ambiguous(id: string, ids: readonly string[]): KlorosError {
  return new KlorosError({
    code: 'INVALID_ID',
    message: `${id} begins the ids of several signals`,
    why: `they are ${ids.slice(0, MOST_FOUND - 1).join(', ')}${ids.length === MOST_FOUND ? ' and more' : ''}`,
    next: ['give more of its characters'],
  });
}
