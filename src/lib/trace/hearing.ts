import type { DeadLetter } from '../bus/bus.js';
import type { Observer, OpenWork } from '../bus/observer.js';
import type { Signal } from '../signals/envelope.js';

/** How one daemon fared with one signal. */
export interface Hearing {
  daemon: string;
  /** `refused`: it does not take it from where it came. */
  state: 'waiting' | 'running' | 'handled' | 'dead' | 'refused';
  /** Attempts that the journal still knows of; 0 where it was handled, which forgets them. */
  attempts: number;
  /** Times that the process died with it. */
  deaths: number;
  /** Epoch milliseconds before which it is not tried again; null where it may be tried. */
  notBeforeMs: number | null;
  /** Number and error of its dead letter. */
  deadLetter: number | null;
  error: string | null;
}

/** How each daemon that hears a signal fared with it; a daemon that is new since then has nothing to say. */
export function deliveriesOf(observer: Observer, { seq, signal }: { seq: number; signal: Signal }): Hearing[] {
  const hearers = observer.hearers(signal.signal);
  if (hearers.length === 0) return [];
  const open = new Map(observer.openWork({ limit: hearers.length, seq }).map((work) => [work.consumer, work]));
  const dead = new Map(observer.deadOf(seq).map((letter) => [letter.daemon, letter]));
  return hearers.flatMap((daemon) => {
    const state = observer.standing(daemon, signal.id);
    return state === 'unknown' ? [] : hearingOf({ daemon, state }, open.get(daemon), dead.get(daemon));
  });
}

function hearingOf(
  known: Pick<Hearing, 'daemon' | 'state'>,
  work: OpenWork | undefined,
  letter: DeadLetter | undefined,
): Hearing {
  const { attempts = 0, deaths = 0 } = work ?? letter ?? {};
  const notBeforeMs = work !== undefined && work.notBeforeMs > 0 ? work.notBeforeMs : null;
  return { ...known, attempts, deaths, notBeforeMs, deadLetter: letter?.number ?? null, error: letter?.error ?? null };
}
