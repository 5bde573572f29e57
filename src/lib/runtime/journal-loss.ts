import { setTimeout as sleep } from 'node:timers/promises';
import type { KlorosError } from '../base/errors.js';
import type { RunningDaemon } from './run-options.js';

/** What runs may finish and give its work back in this time; then the process ends as it is, which loses nothing either. */
const ORDERLY_MS = 5_000;

/** Where the end of a daemon's journal is told, and by whom it is heard. */
export interface JournalLoss {
  tell: (error: KlorosError) => void;
  told: Promise<KlorosError>;
}

/** A place for the news that a journal is damaged or gone; nobody has to listen. */
export function journalLoss(): JournalLoss {
  let tell: JournalLoss['tell'] = () => undefined;
  const told = new Promise<KlorosError>((resolve) => (tell = resolve));
  return { tell: (error) => tell(error), told };
}

/** The daemon, which ends in order and rejects with the reason when its journal is damaged or gone. */
export function endedByLoss(running: RunningDaemon, { told }: JournalLoss): RunningDaemon {
  const lost = told.then(async (error) => {
    const orderly = running.stop().catch(() => undefined); // Only that it ends: the reason is known.
    await Promise.race([orderly, sleep(ORDERLY_MS, undefined, { ref: false })]);
    throw error;
  });
  const done = Promise.race([lost, running.done.catch(async (error: unknown) => laterReason(error, told))]);
  done.catch(() => undefined); // Whoever runs it hears of it.
  return { ...running, done };
}

/** What a part failed with because of the journal is told by the journal's own words, which come at the same moment. */
async function laterReason(error: unknown, told: Promise<KlorosError>): Promise<never> {
  throw await Promise.race([told, sleep(0).then(() => error)]);
}
