import type { Clock } from '../../base/clock.js';
import type { Bus } from '../../bus/bus.js';
import type { DeadRow, Measured } from './board.js';
import { Tally } from './tally.js';

/** Where the figures come from. */
export interface FlowSources {
  bus: Pick<Bus, 'follow' | 'newest' | 'consumers'>;
  /** The open dead letters. */
  dead: () => Promise<DeadRow[]>;
  clock: Clock;
  home: string;
}

/** Counts what is said from now on. */
export interface FlowWatch {
  measure(): Promise<Measured>;
  /** Resolves on abort; rejects when the journal cannot be read any more. */
  done: Promise<void>;
}

/** Starts to count; measure() as often as somebody looks. */
export async function watchFlow({ bus, dead, clock, home }: FlowSources, abort: AbortSignal): Promise<FlowWatch> {
  const tally = new Tally();
  const afterSeq = await bus.newest();
  const count = async () => {
    for await (const { signal } of bus.follow({ afterSeq }, abort)) tally.note(signal, clock.nowMs());
  };
  const measure = async (): Promise<Measured> => {
    const [consumers, letters] = await Promise.all([bus.consumers(), dead()]);
    const nowMs = clock.nowMs();
    return { nowMs, home, all: tally.all(nowMs), signals: tally.rows(nowMs), consumers, dead: letters };
  };
  return { measure, done: count() };
}
