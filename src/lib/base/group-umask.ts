import { statSync } from 'node:fs';

/** A folder that hands its group on to what is made in it, and lets that group write. */
const SHARED = 0o2020;
/** All for the group, nothing for others. */
const GROUP_UMASK = 0o007;

/** In a folder that a group shares, what this process makes is open to that group, whatever its user's umask says. */
export function shareWithGroup(folder: string): void {
  if (isShared(folder)) process.umask(GROUP_UMASK);
}

/** Whether a group operates what is in this folder. */
export function isShared(folder: string): boolean {
  const mode = statSync(folder, { throwIfNoEntry: false })?.mode ?? 0;
  return (mode & SHARED) === SHARED;
}
