import { isoTimestamp, type Clock } from '../base/clock.js';
import { KlorosError } from '../base/errors.js';
import type { Bus } from '../bus/bus.js';
import type { Facts, Signal } from '../signals/envelope.js';
import { checkFacts } from '../signals/facts.js';
import { RELAY, type Entrance } from '../signals/origin.js';
import { lineKey, saidAnew, wholeSignalOf } from './anew.js';
import { resolveInJournal } from './resolve.js';
import type { Letter } from './letter.js';
import type { DeadLetterStore } from './store.js';

/** Where an edited letter goes. */
export interface EditOptions {
  bus: Pick<Bus, 'emit' | 'find' | 'deadLetters' | 'resolve'>;
  store: DeadLetterStore;
  clock: Pick<Clock, 'nowMs'>;
  reason: string | null;
}

const EDITOR = 'operator';

/** The signal that an edited letter becomes: new, caused by the old. Throws INVALID_FACTS and NOT_EDITABLE. */
export function editedSignal(letter: Letter, facts: Facts, nowMs: number): Signal {
  const old = editableSignal(letter);
  const checked = checkFacts(old.signal, facts);
  const key = `edit\n${lineKey(letter)}\n${JSON.stringify(checked)}`;
  return saidAnew(old, { key, idAtMs: letter.failedAtMs ?? 0, nowMs, source: EDITOR, facts: checked });
}

/** The signal whose facts are edited. Throws KlorosError NOT_EDITABLE. */
export function editableSignal(letter: Letter): Signal {
  const signal = wholeSignalOf(letter);
  if (signal !== undefined) return signal;
  throw new KlorosError({
    code: 'NOT_EDITABLE',
    message: `Dead letter ${letter.id} cannot be edited`,
    why: 'it holds no whole signal',
    next: [`kloros dlq show ${letter.id}`, 'kloros bus emit SIGNAL --fact key=value   # says it by hand'],
  });
}

/** Says the edited signal and marks the old letter resolved; a crash in between says it once all the same. */
export async function sendEdited(letter: Letter, signal: Signal, options: EditOptions): Promise<void> {
  const { bus, store, clock, reason } = options;
  await bus.emit([signal], await entranceOf(letter, bus));
  await resolveInJournal(letter, bus);
  const resolution = { kind: 'edited', at: isoTimestamp(clock.nowMs()), reason, newId: signal.id } as const;
  await store.hold((held) => held.archive(({ id }) => (id === letter.id ? resolution : undefined)));
}

/**
 * As the dead letter came in: a step of the colony's own stays one, which its daemon takes from nobody else, and facts
 * that an operator mends make nothing more of a stranger's word.
 */
async function entranceOf({ signalId }: Letter, bus: Pick<Bus, 'find'>): Promise<Entrance> {
  const known = signalId === null ? undefined : await bus.find(signalId);
  return known?.from ?? RELAY;
}
