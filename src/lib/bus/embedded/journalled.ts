import { nativeIdOf } from '../../signals/codec.js';
import { saysTheSame } from './essence.js';
import type { Reader } from './reader.js';

/**
 * The id under which the journal has a message already, be it said again at another time after a crash. Other words
 * under a known id are somebody else's, and must not get lost.
 */
export function journalledAs(
  read: Pick<Reader, 'find'>,
  [name, frame, ...more]: readonly Buffer[],
): string | undefined {
  const id = frame && more.length === 0 ? nativeIdOf(frame) : undefined;
  const known = id === undefined ? undefined : read.find(id);
  if (frame === undefined || known === undefined) return undefined;
  return name?.toString() === known.name && saysTheSame(known.frame, frame) ? id : undefined;
}
