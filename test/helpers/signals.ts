import type { Outcome } from '../../src/lib/bus/bus.js';
import type { Facts, Signal } from '../../src/lib/signals/envelope.js';
import { derivedId, idMaker } from '../../src/lib/signals/id.js';
import { mint } from '../../src/lib/signals/mint.js';

const newId = idMaker(Math.random);

/** A fresh signal from a test. */
export function signalOf(name: string, facts: Facts = {}): Signal {
  const nowMs = Date.now();
  return mint({ signal: name, facts }, { id: newId(nowMs), source: 'test', nowMs });
}

/** What a handler of `worker` says after `cause`. */
export function chained(cause: Signal, name: string, facts: Facts = {}): Signal {
  const id = derivedId(cause.id, { consumer: 'worker', replay: 0, position: 0 });
  return mint({ signal: name, facts }, { id, source: 'worker', nowMs: Date.now(), cause });
}

/** An attempt that ended well and said this. */
export function done(...signals: Signal[]): Outcome {
  return { kind: 'done', said: { signals, deadLetters: [], state: [] } };
}
