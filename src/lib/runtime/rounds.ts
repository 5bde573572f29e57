import { watchFile } from '../base/file-watch.js';
import { WakeUp } from '../base/wake-up.js';
import type { StateChange } from '../bus/bus.js';
import type { Draft } from '../signals/envelope.js';
import type { DaemonEnv, SourceBatch, SourceEnv } from './define-daemon.js';

/** What was seen, and what is to be remembered of it. */
export interface Sight {
  signals: Draft[];
  state: StateChange[];
}

/** What is looked at together, by its name in the log. */
export type Looks = Readonly<Record<string, () => Promise<Sight>>>;

/** What a daemon looks at, and when. */
export interface Rounds {
  /** From the end of one round to the next. */
  intervalMs: number;
  /** Looked at in every round, one after another: the next sees what the one before said, since that is committed. */
  round: readonly Looks[];
  /** File whose edits are looked at in between. */
  editedPath: string;
  edits: Looks;
  /** What is said when the daemon was held back, e.g. by maintenance: what waited with it is not late. */
  anew(): Sight;
}

/** Waiting for longer is being held back, and not the moment that the question takes. */
const HELD_MS = 1_000;

/**
 * Looks at everything every interval, and at a file whenever it was edited.
 *
 *   LOOKING   at everything, part by part; what a part says is committed before the next looks → RESTING until the next
 *             round is due
 *   EDITED    at the edited file alone → RESTING until the same time
 *   RESTING   the round is due → HELD?, then LOOKING;  the file was edited → HELD?, then EDITED, or LOOKING where a round
 *             is due by now: edits without end do not keep it waiting;  told to stop → the end
 *   HELD?     waits until the daemon may speak; was that long, everybody begins anew
 *
 * It begins by LOOKING. Nothing is kept here: what a round has to know of the one before stands in the journal.
 */
export async function* inRounds(rounds: Rounds, env: SourceEnv, abort: AbortSignal): AsyncGenerator<SourceBatch> {
  const wakeUp = new WakeUp();
  const file = watchFile(rounds.editedPath, () => wakeUp.call());
  const leftMs = (dueMs: number) => dueMs - env.clock.monotonicMs();
  try {
    for (let dueMs = -Infinity, isEdited = false; !abort.aborted;) {
      // A rest that no edit ended has lasted until the next round is due.
      const isDue = !isEdited || leftMs(dueMs) <= 0;
      yield* sights(isDue ? rounds.round : [rounds.edits], env);
      if (isDue) dueMs = env.clock.monotonicMs() + rounds.intervalMs;
      isEdited = await wakeUp.rest(Math.max(1, leftMs(dueMs)), abort);
      if (await wasHeldBack(env)) yield rounds.anew();
    }
  } finally {
    await file.close();
  }
}

/** Waits while the daemon is held back, and says whether it was. */
async function wasHeldBack({ clock, ready }: SourceEnv): Promise<boolean> {
  const shutMs = clock.monotonicMs();
  await ready();
  return clock.monotonicMs() - shutMs > HELD_MS;
}

async function* sights(parts: readonly Looks[], env: DaemonEnv): AsyncGenerator<SourceBatch> {
  for (const looks of parts) {
    const { signals, state } = await lookAt(looks, env);
    if (signals.length + state.length > 0) yield { signals, state };
  }
}

/** A look that fails is told of, keeps no other from speaking, and has its next round. */
async function lookAt(looks: Looks, { log }: DaemonEnv): Promise<Sight> {
  const seen: Sight = { signals: [], state: [] };
  for (const [subject, look] of Object.entries(looks)) {
    try {
      const { signals, state } = await look();
      seen.signals.push(...signals);
      seen.state.push(...state);
    } catch (error) {
      log.warn({ err: error }, `The ${subject} could not be looked at; the next round tries again`);
    }
  }
  return seen;
}
