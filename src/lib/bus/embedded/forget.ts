import { KlorosError } from '../../base/errors.js';
import type { Forgotten } from '../bus.js';
import type { Database } from './database.js';
import type { DeadStore } from './dead.js';
import { livingAt } from './living.js';
import { openOwners, type Owner } from './owners.js';
import type { Operations } from './operations.js';

interface OpenRow {
  seq: number;
  id: string;
  owner: number;
  attempts: number;
  deaths: number;
  replay: number;
  first_failed_ms: number | null;
}

/**
 * Prepares what ends a consumer that is gone for good: from now on it holds back no retention. What it had begun and not
 * ended becomes dead letters, each whole; what it has not seen stays in the journal as long as anything does. Where it
 * comes back it goes on there, or where newcomers start who hear only what is new.
 */
export function openForget(
  database: Database,
  dead: DeadStore,
): (input: Operations['forget']['in']) => Operations['forget']['out'] {
  const idOf = database.prepare<[string], number>('SELECT id FROM consumers WHERE name = ? AND enabled = 1').pluck();
  const open = database.prepare<[number], OpenRow>(
    `SELECT work.seq, signals.id, owner, attempts, deaths, replay, first_failed_ms
     FROM work JOIN signals ON signals.seq = work.seq WHERE consumer = ?`,
  );
  const drop = database.prepare('DELETE FROM work WHERE consumer = ?');
  const disable = database.prepare('UPDATE consumers SET enabled = 0 WHERE id = ?');
  const owners = openOwners(database);

  return ({ consumer, nowMs }): Forgotten => {
    const id = idOf.get(consumer);
    if (id === undefined) throw unknown(consumer);
    const rows = open.all(id);
    const holders = new Set(rows.map(({ owner }) => owner));
    const isOurs = (owner: Owner) => owner.name === consumer || holders.has(owner.id);
    const living = owners.all().filter(isOurs).filter(livingAt(database.name));
    if (living.length > 0) throw runs(consumer, living);
    const error = `Forgotten: ${consumer} was forgotten while it had this signal open`;
    for (const { id: key, first_failed_ms: failedMs, owner: _owner, ...work } of rows) {
      const circumstances = { ...work, nowMs, firstFailedAtMs: failedMs ?? nowMs };
      dead.bury({ error, traceback: '', daemon: consumer, key }, circumstances);
    }
    drop.run(id);
    disable.run(id);
    return { deadLetters: rows.length };
  };
}

function unknown(consumer: string): KlorosError {
  return new KlorosError({
    code: 'CONSUMER_NOT_FOUND',
    message: `There is no consumer ${consumer}`,
    why: 'the journal keeps no place for it, or it is forgotten already',
    next: ['kloros bus consumers'],
  });
}

function runs(consumer: string, owners: readonly { pid: number }[]): KlorosError {
  const pids = owners.map(({ pid }) => pid);
  return new KlorosError({
    code: 'CONSUMER_RUNS',
    message: `${consumer} cannot be forgotten`,
    why: `it runs: process ${pids.join(', ')}`,
    next: [`kloros daemon stop ${consumer}`],
  });
}
