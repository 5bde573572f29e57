import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../base/clock.js';
import { isStopped } from '../../base/process-identity.js';
import type { Journal } from './journal.js';
import { livingAt } from './living.js';

/** Whose leases are looked at, and how long a living holder may take to beat. */
export interface ClearRequest {
  journal: Journal;
  daemon: string;
  leaseMs: number;
  clock: Clock;
}

const LOOK_EVERY_MS = 100;

/**
 * Gives back what lost processes of a daemon hold: those that are gone or stopped at once, those whose heartbeat stands
 * still after the time of a lease. Their work is claimable again as a suspect; what they settle later is fenced off.
 */
export async function clearLeases({ journal, daemon, leaseMs, clock }: ClearRequest): Promise<number> {
  const consumer = journal.read.consumers().find(({ name }) => name === daemon)?.id;
  if (consumer === undefined) return 0;
  const holders = () => journal.read.holders(consumer);
  const beatsOf = new Map(journal.owners.all().map(({ id, beat }) => [id, beat]));
  const before = holders();
  const gone = before.filter((id) => isGone(journal, id));
  const cleared = gone.length === 0 ? 0 : await journal.write({ kind: 'takeOver', consumer, owners: gone });
  if (gone.length === before.length) return cleared;
  const endMs = clock.monotonicMs() + leaseMs;
  while (clock.monotonicMs() < endMs) await sleep(LOOK_EVERY_MS);
  const still = journal.owners.all();
  const silent = holders().filter((id) => still.find((owner) => owner.id === id)?.beat === beatsOf.get(id));
  return silent.length === 0
    ? cleared
    : cleared + (await journal.write({ kind: 'takeOver', consumer, owners: silent }));
}

function isGone(journal: Journal, id: number): boolean {
  const owner = journal.owners.all().find((one) => one.id === id);
  return owner === undefined || !livingAt(journal.path)(owner) || isStopped(owner.pid);
}
