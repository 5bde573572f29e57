import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../base/clock.js';
import type { Logger } from '../base/log.js';
import { ownIdentity } from '../base/process-identity.js';
import { idMaker } from '../signals/id.js';
import { OPERATOR } from '../signals/origin.js';
import { mint } from '../signals/mint.js';
import { ballastOf } from './embedded/ballast.js';
import { openJournal, type Journal } from './embedded/journal.js';
import type { Claimed } from './embedded/operations.js';
import { rowOf } from './embedded/rows.js';

/** How much is measured. */
export interface CapacityOptions {
  /** Folder on the disk that is measured; a folder of its own is made there and removed. */
  beside: string;
  signals: number;
  log: Logger;
}

const BATCH = 100;
const NAME = 'HEALTH_CAPACITY';

/**
 * Signals a second that this machine appends, claims and settles, each durable, in a journal of its own on that disk.
 * The colony's own journal is not touched.
 */
export async function signalsPerSecond({ beside, signals, log }: CapacityOptions): Promise<number> {
  const folder = await mkdtemp(join(beside, '.capacity-'));
  const path = join(folder, 'signals.db');
  await writeFile(ballastOf(path), ''); // A journal of a moment needs no reserve.
  const journal = await openJournal(path, log);
  try {
    const startMs = systemClock.monotonicMs();
    await appendAll(journal, signals);
    await handleAll(journal);
    return (signals * 1_000) / (systemClock.monotonicMs() - startMs);
  } finally {
    await journal.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function appendAll(journal: Journal, signals: number): Promise<void> {
  const nextId = idMaker(Math.random);
  for (let said = 0; said < signals; said += BATCH) {
    const nowMs = systemClock.nowMs();
    const rows = Array.from({ length: Math.min(BATCH, signals - said) }, () =>
      rowOf(
        mint({ signal: NAME, facts: { text: 'how fast' } }, { id: nextId(nowMs), source: 'operator', nowMs }),
        OPERATOR,
      ),
    );
    await Promise.all(rows.map((row) => journal.write({ kind: 'append', rows: [row] })));
  }
}

async function handleAll(journal: Journal): Promise<void> {
  const owner = await journal.owners.enter(ownIdentity(), NAME, null);
  const consumer = journal.consumers.register({
    ...{ name: NAME, hears: [NAME], from: 'beginning', maxAttempts: 1 },
    ...{ ordered: false, urgentFirst: false },
  });
  if (typeof owner !== 'number') return;
  const claim = () => {
    const place = { consumer, owner, limit: BATCH, inFlight: 0 };
    return journal.write({ kind: 'claim', ...place, nowMs: systemClock.nowMs(), ingest: BATCH });
  };
  for (let claimed = await claim(); claimed.length > 0; claimed = await claim()) {
    await Promise.all(claimed.map(({ seq, token }: Claimed) => settle(journal, { consumer, seq, token })));
  }
}

function settle(journal: Journal, place: { consumer: number; seq: number; token: number }): Promise<unknown> {
  const outcome = { kind: 'done' as const, rows: [], deadLetters: [], state: [] };
  return journal.write({ kind: 'settle', ...place, outcome, nowMs: systemClock.nowMs() });
}
