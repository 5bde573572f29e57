import { sleep } from '../base/timers.js';
import type { Clock } from '../base/clock.js';
import type { Bus } from '../bus/bus.js';
import type { Signal } from '../signals/envelope.js';
import { carryFrame } from '../signals/kept-frame.js';
import { RELAY } from '../signals/origin.js';
import { mint } from '../signals/mint.js';
import type { Taken } from './format.js';
import { readRecording } from './read.js';

/**
 * What is played goes under a name that no daemon hears: `REPLAY.Q_X` for Q_X. So it triggers nothing, whoever listens;
 * subscribers that want it subscribe to the prefix. `governance.kill` stops nobody for the same reason.
 */
const REPLAY_PREFIX = 'REPLAY.';

/** Which signals are played, and as what. */
export interface PlayQuery {
  path: string;
  /** Of the recorded name. */
  matches: (name: string) => boolean;
  /** Recorded name to the one that is said. */
  remap: ReadonlyMap<string, string>;
  /** Signals that the journal took later than this are not played, epoch milliseconds. */
  untilMs: number;
  /** Under their own names, so that the daemons act on them. */
  forReal: boolean;
  /** Only those whose cause is not in the recording: the colony makes the rest anew. */
  rootsOnly: boolean;
}

/** At which pace. */
export interface PlayPace {
  /** How much faster than it was recorded; Infinity is as fast as it goes. */
  rate: number;
  /** Resolves when the next one may go; where it is given, it decides and not the rate. False ends it. */
  step?: (next: Signal) => Promise<boolean>;
}

/** What playing needs. */
export interface Player {
  bus: Pick<Bus, 'emit'>;
  clock: Clock;
  nextId: () => string;
  /** Told of each one that was said. */
  played: (signal: Signal) => Promise<void> | void;
}

/** The name under which a recorded one is said. */
export function playedName(name: string, { remap, forReal }: Pick<PlayQuery, 'remap' | 'forReal'>): string {
  return `${forReal ? '' : REPLAY_PREFIX}${remap.get(name) ?? name}`;
}

/** The signals that are meant, in the recording's order. */
export async function* chosenOf(query: PlayQuery): AsyncGenerator<Taken> {
  const ids = new Set<string>();
  for await (const part of readRecording(query.path)) {
    if (part.kind !== 'signal') continue;
    const { signal } = part.taken;
    if (signal.unreadable !== undefined) continue; // It has no facts that could be emitted.
    const isCaused = signal.cause_id !== null && ids.has(signal.cause_id);
    ids.add(signal.id);
    if (!query.matches(signal.signal) || part.taken.receivedAtMs > query.untilMs) continue;
    if (!query.rootsOnly || !isCaused) yield part.taken;
  }
}

/**
 * Says the signals anew, with new ids, their causes led over to these, each as long after the first as it was recorded
 * after it, or at once where that clock had been set back; ends on abort. Resolves with how many were said.
 */
export async function play(query: PlayQuery, pace: PlayPace, { abort, ...player }: Player & { abort: AbortSignal }) {
  const ids = new Map<string, Pick<Signal, 'id' | 'trace'>>();
  const startMs = player.clock.monotonicMs();
  let firstMs: number | undefined;
  let said = 0;
  for await (const { signal, receivedAtMs } of chosenOf(query)) {
    firstMs ??= receivedAtMs;
    const dueMs = startMs + (receivedAtMs - firstMs) / pace.rate;
    const isTurn = pace.step ? await pace.step(signal) : await rested(dueMs - player.clock.monotonicMs(), abort);
    if (!isTurn || abort.aborted) break;
    const anew = saidAnew(signal, { query, ids, player });
    await player.bus.emit([anew], RELAY);
    await player.played(anew);
    said += 1;
  }
  return said;
}

async function rested(restMs: number, abort: AbortSignal): Promise<boolean> {
  if (restMs > 0) await sleep(restMs, abort);
  return !abort.aborted;
}

interface Saying {
  query: PlayQuery;
  ids: Map<string, Pick<Signal, 'id' | 'trace'>>;
  player: Player;
}

/** Peers drop what has an incident they saw, and the journal what has an id it knows: so both are new. */
function saidAnew(signal: Signal, { query, ids, player }: Saying): Signal {
  const cause = signal.cause_id === null ? undefined : ids.get(signal.cause_id);
  const { id, source, timestamp, facts, intensity } = signal;
  const mark = query.forReal ? {} : { replay_of: { id, source, timestamp } };
  const draft = { signal: playedName(signal.signal, query), facts: { ...facts, ...mark }, intensity };
  // Who has it happen in earnest is its source; a mere replay shows what was.
  const speaker = query.forReal ? 'operator' : source;
  const options = { id: player.nextId(), source: speaker, nowMs: player.clock.nowMs() };
  const anew = carryFrame(signal, mint(draft, cause ? { ...options, cause } : options));
  ids.set(id, anew);
  return anew;
}
