import { lstatSync } from 'node:fs';

/** What tells one version of a file from the next. */
export interface Stamp {
  ino: number;
  size: number;
  /** Milliseconds since the epoch, with fractions. */
  mtimeMs: number;
  /** Who wrote it. */
  uid: number;
}

/** Whether another user wrote it; what root writes is this user's. */
export function isAnothers({ uid }: Pick<Stamp, 'uid'>): boolean {
  return uid !== 0 && uid !== process.getuid?.();
}

/** Keeps of a stat what a stamp is. */
export function stampOf({ ino, size, mtimeMs, uid }: Stamp): Stamp {
  return { ino, size, mtimeMs, uid };
}

/** Whether two stamps are of the same version. */
export function sameStamp(a: Stamp, b: Stamp): boolean {
  return a.ino === b.ino && a.uid === b.uid && a.size === b.size && a.mtimeMs === b.mtimeMs;
}

/** The stamp of what lies there, a symbolic link itself and not its target; undefined where nothing is. */
export function stampAt(path: string): Stamp | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat && stampOf(stat);
}
