import type { JournalView } from '../bus/bus.js';
import type { Signal } from '../signals/envelope.js';

/** Names of the signals by which repairs are decided, made and judged. */
const REPAIR_NAMES: ReadonlySet<string> = new Set(['Q_REPAIR_STARTED', 'Q_REPAIR_MADE', 'Q_REPAIR_JUDGED']);

/** A chain that is longer counts as that of a repair: a loop would be. */
const DEEPEST = 64;

/** Whether a repair is among the causes of a signal, or may be, since their chain is too long. */
export async function isOfRepair(signal: Signal, journal: Pick<JournalView, 'find'>): Promise<boolean> {
  let cause = signal.cause_id;
  for (let depth = 0; cause !== null; depth += 1) {
    if (depth >= DEEPEST) return true;
    const found = await journal.find(cause);
    if (found === undefined) return false; // An intent, a foreign id, or so old that retention took it.
    if (REPAIR_NAMES.has(found.signal.signal)) return true;
    cause = found.signal.cause_id;
  }
  return false;
}
