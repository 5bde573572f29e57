import { KlorosError } from '../base/errors.js';
import type { Observer } from '../bus/observer.js';
import type { UndoRecord } from '../capabilities/undo-journal.js';

/** What an id turned out to name. */
export interface Subject {
  kind: 'signal' | 'intent' | 'capability' | 'question' | 'cycle' | 'deployment';
  /** As it is written in full. */
  id: string;
  trace: string;
  /** Others of the same name, newest first, which are not shown. */
  others: string[];
}

/** Where a name is looked for, and in which fact. */
const PLACES: readonly { kind: Subject['kind']; fact: string; signals: readonly string[] }[] = [
  {
    kind: 'question',
    fact: 'question_id',
    signals: ['Q_CURIOSITY_INVESTIGATE', 'Q_INVESTIGATION_COMPLETE', 'Q_INVESTIGATION_TIMEOUT'],
  },
  {
    kind: 'capability',
    fact: 'capability_key',
    signals: ['Q_MODULE_INTEGRATED', 'Q_INTEGRATION_FAILED', 'Q_CURIOSITY_INVESTIGATE'],
  },
  { kind: 'capability', fact: 'module_name', signals: ['Q_MODULE_INTEGRATED', 'Q_MODULE_DISCOVERED'] },
  { kind: 'cycle', fact: 'cycle_id', signals: ['Q_DREAM_COMPLETE', 'Q_DREAM_TIMEOUT'] },
  { kind: 'deployment', fact: 'winner_id', signals: ['Q_WINNER_DEPLOYED', 'Q_DEPLOYMENT_FAILED'] },
];
const LEAST_PREFIX = 6;
const MOST_FOUND = 6;
/** Positions that are searched first: who asks for a name mostly means what was lately, and all of it takes long. */
const LATELY = 20_000;

/**
 * What an id names, the surest first: a signal by its whole id, an intent by its file, a capability that was integrated,
 * a signal by the beginning of its id; then a question, capability, cycle or deployment by what signals say of it.
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
    message: `Nothing is known of ${JSON.stringify(id.slice(0, 80))}`,
    why: 'it is no signal of the journal, nor the intent file, question, capability, cycle or deployment of one',
    next: ['kloros bus listen --since 1h --no-follow', 'kloros intent list'],
  });
}

function signalOf(observer: Observer, id: string): Subject | undefined {
  const found = observer.find(id);
  return found && { kind: 'signal', id, trace: found.signal.trace, others: [] };
}

function intentOf(observer: Observer, id: string): Subject | undefined {
  const file = id.replace(/^intent:/, '').replace(/^.*\//, '');
  return file.endsWith('.json')
    ? searched(observer, { kind: 'intent', id: file, pair: ['cause_id', `intent:${file}`] })
    : undefined;
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

function namedOf(observer: Observer, id: string): Subject | undefined {
  const lately = Math.max(0, observer.newest() - LATELY);
  const found = namedSince(observer, id, lately);
  return found ?? (lately > 0 ? namedSince(observer, id, 0) : undefined);
}

function namedSince(observer: Observer, id: string, afterSeq: number): Subject | undefined {
  for (const { kind, fact, signals } of PLACES) {
    for (const name of signals) {
      const found = searched(observer, { kind, id, pair: [fact, id], signals: [name], afterSeq });
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

interface Search {
  kind: Subject['kind'];
  id: string;
  pair: readonly [key: string, value: string];
  signals?: readonly string[];
  afterSeq?: number;
}

/** By the very bytes that a frame has where it says so: JSON has one way to write a text. */
function searched(observer: Observer, { kind, id, pair, signals, afterSeq = 0 }: Search): Subject | undefined {
  const [key, value] = pair;
  const rows = observer.search({
    text: `${JSON.stringify(key)}:${JSON.stringify(value)}`,
    limit: MOST_FOUND,
    afterSeq,
    ...(signals === undefined ? {} : { signals }),
  });
  const [trace, ...others] = [...new Set(rows.map(({ signal }) => signal.trace))];
  return trace === undefined ? undefined : { kind, id, trace, others };
}

function ambiguous(id: string, ids: readonly string[]): KlorosError {
  return new KlorosError({
    code: 'INVALID_ID',
    message: `${id} begins the ids of several signals`,
    why: `they are ${ids.slice(0, MOST_FOUND - 1).join(', ')}${ids.length === MOST_FOUND ? ' and more' : ''}`,
    next: ['give more of its characters'],
  });
}
