import type { Finished } from './finished.js';
import type { RefusedFile, RoutedFile } from './look.js';
import { quarantine, type Move, type Quarantinable } from './quarantine.js';
import { removeRouted } from './remove.js';
import type { Stamp } from './stamp.js';

/** A file that the journal holds and that has to leave the folder; without content, for it may have to wait. */
export type Departure = { kind: 'routed'; name: string; stamp: Stamp } | ({ kind: 'refused' } & Quarantinable);

/** What of a read file has to be remembered until it has left. */
export function departureOf(read: RoutedFile | RefusedFile): Departure {
  const { name, stamp } = read;
  if (read.kind === 'routed') return { kind: 'routed', name, stamp };
  const { quarantineAs, error, next } = read;
  return { kind: 'refused', name, stamp, quarantineAs, error, next };
}

/** Takes a file from the folder: a routed one is deleted, a refused one quarantined. Rejects where the folder forbids it. */
export async function depart(file: Departure, move: Move): Promise<Finished> {
  return file.kind === 'routed' ? removeRouted({ folder: move.folder, ...file }) : quarantine(file, move);
}
