import Database from 'better-sqlite3';
import { blockMs } from './patience.js';

/** What the hub asks of its checkpoint thread. */
export interface CheckpointRequest {
  path: string;
  mode: 'PASSIVE' | 'RESTART';
}

interface CheckpointResult {
  /** 1 when somebody was in the way; what could be copied was copied. */
  busy: number;
}

/** Looks for a moment at which nobody writes; each look has copied what was written since the one before. */
const RESTART_TRIES = 500;
const PAUSE_MS = 1;

/**
 * Copies the WAL into the database, off the main thread: it may take a while and must stop nobody.
 *
 * To restart the WAL takes the lock of writers, and whoever holds it copies: so most is copied before, without it.
 * Without a restart the WAL grows for as long as others write, since the last pages are never all copied.
 */
export default function checkpoint({ path, mode }: CheckpointRequest): void {
  const database = new Database(path, { timeout: 0 });
  try {
    const run = (how: CheckpointRequest['mode']) => database.pragma(`wal_checkpoint(${how})`) as CheckpointResult[];
    run('PASSIVE');
    if (mode === 'PASSIVE') return;
    for (let tries = 0; tries < RESTART_TRIES && run('RESTART')[0]?.busy === 1; tries += 1) blockMs(PAUSE_MS);
  } finally {
    database.close();
  }
}
