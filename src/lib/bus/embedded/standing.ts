import type { Standing } from '../bus.js';
import type { Database } from './database.js';
import { openSubscriptions } from './subscriptions.js';

interface Consumer {
  id: number;
  fetched: number;
  enabled: number;
}

interface SignalPlace {
  seq: number;
  nameId: number;
  entrance: number;
}

/** Prepares the statements that say where one signal stands with one daemon. */
export function openStandingReader(database: Database): (daemon: string, signalId: string) => Standing {
  const consumerOf = database.prepare<[string], Consumer>('SELECT id, fetched, enabled FROM consumers WHERE name = ?');
  const placeOf = database.prepare<[string], SignalPlace>(
    'SELECT seq, name_id AS nameId, entrance FROM signals WHERE id = ?',
  );
  const tokenOf = database
    .prepare<[number, number], number>('SELECT token FROM work WHERE consumer = ? AND seq = ?')
    .pluck();
  const { maskOf } = openSubscriptions(database);
  const isDead = database.prepare<[number, string], number>('SELECT 1 FROM dead WHERE seq = ? AND daemon = ?').pluck();
  return (daemon, signalId) => {
    const consumer = consumerOf.get(daemon);
    const place = placeOf.get(signalId);
    if (consumer === undefined || place === undefined) return 'unknown';
    const token = tokenOf.get(consumer.id, place.seq);
    if (token !== undefined) return token > 0 ? 'running' : 'waiting';
    if (isDead.get(place.seq, daemon) !== undefined) return 'dead';
    const mask = maskOf(consumer.id, place.nameId);
    if (mask === undefined) return 'unknown';
    if ((mask & place.entrance) === 0) return 'refused';
    if (place.seq <= consumer.fetched) return 'handled';
    return consumer.enabled === 1 ? 'waiting' : 'unknown';
  };
}
