import type { Logger } from '../base/log.js';
import type { Signal } from '../signals/envelope.js';

type Said = Pick<Signal, 'id' | 'signal' | 'facts'>;

/** The document's words, which its `journalctl … | grep "Received Q_X"` lines look for. */
export function logReceived(log: Logger, said: Said): void {
  write(log, 'Received', said);
}

/** The document's words, which its `journalctl … | grep "Emitted Q_X"` lines look for. */
export function logEmitted(log: Logger, said: Said): void {
  write(log, 'Emitted', said);
}

function write(log: Logger, verb: string, { id, signal, facts }: Said): void {
  if (log.isLevelEnabled('info')) log.info({ id }, `${verb} ${signal}: ${JSON.stringify(facts)}`);
}
