import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Path of the side mark: the highest position that the hub has seen. */
function markPath(journalPath: string): string {
  return join(dirname(journalPath), 'high-water');
}

/** The side mark, 0 where there is none. A journal whose newest position is lower has lost the end of its WAL. */
export function readHighWater(journalPath: string): number {
  try {
    return Number.parseInt(readFileSync(markPath(journalPath), 'utf8'), 10) || 0;
  } catch {
    return 0; // A new journal has no mark yet.
  }
}

/** Writes the side mark. */
export function writeHighWater(journalPath: string, seq: number): void {
  const path = markPath(journalPath);
  writeFileSync(`${path}.new`, `${seq}\n`);
  renameSync(`${path}.new`, path);
}
