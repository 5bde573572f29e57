import { readFileSync, statSync } from 'node:fs';
import { isAlive, type ProcessIdentity } from '../../base/process-identity.js';

const PID_FIELD = 4;
const INODE_FIELD = 5;
const START_FIELD = 6;
// Whoever has the database open holds a shared lock on this byte of its shared memory (SQLite, walformat).
const OPEN_BYTE = '128';

/**
 * Judges whether an owner in the register lives and has this very journal open, by a lock that the kernel keeps for it
 * and takes away when it ends. The register of a copied home names processes of the original, which have that one's.
 */
export function livingAt(journalPath: string): (owner: ProcessIdentity) => boolean {
  let there: ReadonlySet<number> | undefined;
  return (owner) => isAlive(owner) && (there ??= openedBy(journalPath)).has(owner.pid);
}

/** Processes that have a journal open, from /proc/locks (proc(5)). */
function openedBy(journalPath: string): ReadonlySet<number> {
  const inode = statSync(`${journalPath}-shm`, { throwIfNoEntry: false })?.ino;
  const rows = readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const ours = rows.filter(
    (fields) => fields[START_FIELD] === OPEN_BYTE && fields[INODE_FIELD]?.split(':').at(-1) === String(inode),
  );
  return new Set(ours.map((fields) => Number(fields[PID_FIELD])));
}
