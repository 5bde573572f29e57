import { closeSync, constants, openSync, statSync, type Stats } from 'node:fs';
import { flockHolders, loadFlock, type LockHolder } from '../base/flock.js';

/** The lock by which a supervisor is known. */
export interface HomeLock {
  release(): void;
}

/**
 * Locks the folder of a home for the one supervisor that it may have; undefined where another has it. The kernel keeps
 * the lock as long as the process lives, whatever becomes of the files in the folder, and a copy of the folder has its own.
 */
export async function lockHome(home: string): Promise<HomeLock | undefined> {
  const flock = await loadFlock();
  const folder = openSync(home, constants.O_RDONLY | constants.O_DIRECTORY);
  if (flock(folder)) return { release: () => closeSync(folder) };
  closeSync(folder);
  return undefined;
}

/** Process of the supervisor that lives in a home; undefined where none does. */
export function supervisorOf(home: string): number | undefined {
  const folder = statSync(home, { throwIfNoEntry: false });
  return folder && flockHolders(folder.ino).find((holder) => isOurs(holder, folder))?.pid;
}

const ROOT = 0;
const OTHERS = 0o007;

/**
 * Everybody may lock a folder that he may open, and any file that happens to have its inode on another file system. So the
 * process is the owner's, ours or root's; or it has the lock of this very folder, which others cannot open.
 */
function isOurs({ pid, device }: LockHolder, folder: Stats): boolean {
  const uid = statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid;
  if (uid === undefined) return false;
  if (uid === ROOT || uid === folder.uid || uid === process.getuid?.()) return true;
  return (folder.mode & OTHERS) === 0 && device === deviceText(folder.dev);
}

/** As the kernel writes a device (makedev(3)). */
function deviceText(dev: number): string {
  const major = (dev >> 8) & 0xfff;
  const minor = (dev & 0xff) | ((dev >> 12) & 0xfff00);
  const hex = (number: number) => number.toString(16).padStart(2, '0');
  return `${hex(major)}:${hex(minor)}`;
}
