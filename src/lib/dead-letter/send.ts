import type { Bus } from '../bus/bus.js';
import { errorCode, toError } from '../base/errors.js';
import { lineKey, saidAnew, wholeSignalOf } from './anew.js';
import type { Letter } from './letter.js';
import { RELAY } from '../signals/origin.js';
import type { Signal } from '../signals/envelope.js';
import { resolveInJournal } from './resolve.js';
import { planReplay, type Plan } from './plan.js';
import { putBack, type IntentFolders } from './put-back.js';
import type { RunHeader } from './run-record.js';
import type { DeadLetterStore } from './store.js';

/** What became of a row by sending it: `failed` was not sent, and stays in the queue. */
export type Sent =
  { kind: 'sent'; newId?: string; detail?: string } | { kind: 'settled' | 'unsendable' | 'failed'; detail: string };

/** The doors of the bus that sending needs. */
export type SendBus = Pick<Bus, 'reopen' | 'resolve' | 'emit' | 'standing' | 'deadLetters'>;

/** Where rows are sent. */
export interface SendOptions {
  bus: SendBus;
  folders: IntentFolders;
  /** Where large contents lie. */
  store: Pick<DeadLetterStore, 'whole'>;
  run: Pick<RunHeader, 'run' | 'startedAtMs' | 'broadcast'>;
}

/** Sends one row the way that was planned; doing it twice within one run is doing it once. Never throws. */
export async function send(plan: Plan, options: SendOptions): Promise<Sent> {
  try {
    return await SENDERS[plan.way](plan, options);
  } catch (error) {
    return { kind: 'failed', detail: toError(error).message };
  }
}

const SENDERS: Record<Plan['way'], (plan: Plan, options: SendOptions) => Promise<Sent>> = {
  reopen,
  say,
  'put-back': async ({ letter }, { bus, folders, store }) => {
    const path = await putBack(await store.whole(letter), folders);
    await resolveInJournal(letter, bus);
    return { kind: 'sent', detail: path };
  },
  settled: async ({ why = '' }) => ({ kind: 'settled', detail: why }),
  none: async ({ why = '' }) => ({ kind: 'unsendable', detail: why }),
};

/** The signal that a run says in a letter's place, the same each time; undefined where it holds none. */
export function signalAnew(letter: Letter, { run, startedAtMs: atMs }: SendOptions['run']): Signal | undefined {
  const old = wholeSignalOf(letter);
  const key = `replay\n${run}\n${letter.id}\n${lineKey(letter)}`;
  return old && saidAnew(old, { key, idAtMs: atMs, nowMs: atMs });
}

async function reopen({ letter }: Plan, { bus }: SendOptions): Promise<Sent> {
  try {
    await bus.reopen(letter.number ?? 0);
    return { kind: 'sent' };
  } catch (error) {
    if (errorCode(error) !== 'NOT_REOPENABLE') throw error;
    // Somebody else may have replayed it since the selection was made.
    const [again] = await planReplay([letter], bus, false);
    if (again?.way === 'settled') return { kind: 'settled', detail: again.why ?? '' };
    throw error;
  }
}

async function say({ letter }: Plan, { bus, run }: SendOptions): Promise<Sent> {
  const signal = signalAnew(letter, run);
  if (signal === undefined) return { kind: 'unsendable', detail: 'it holds no whole signal' };
  await bus.emit([signal], RELAY);
  await resolveInJournal(letter, bus);
  return { kind: 'sent', newId: signal.id, detail: `said anew as ${signal.id}, with an incident id of its own` };
}
