import { readFileSync, statSync } from 'node:fs';

/** What tells one folder from every copy of it, also after a boot: device numbers change, these do not. */
export interface FolderPlace {
  inode: string;
  /** Nanoseconds of its making; null where the file system does not say, or says what may change. */
  birth: string | null;
  /** Of the installation of the operating system; null where it has none that lasts. */
  machine: string | null;
}

const MACHINE_ID = '/etc/machine-id';
const MACHINE_ID_FORM = /^[0-9a-f]{32}$/;

/** Names a folder while the machine runs: of two folders that are there, no two have the same. Throws ENOENT. */
export function folderKey(folder: string): string {
  const { dev, ino } = statSync(folder, { bigint: true });
  return `${dev}:${ino}`;
}

/** Where a folder is. A renamed one is where it was; a copied one is elsewhere, also a restored or a moved copy. */
export function placeOf(folder: string): FolderPlace {
  const { ino, birthtimeNs, ctimeNs } = statSync(folder, { bigint: true });
  // Where no time of birth is kept, Node gives nothing or the time of the last change.
  const isKept = birthtimeNs > 0n && birthtimeNs < ctimeNs;
  return { inode: String(ino), birth: isKept ? String(birthtimeNs) : null, machine: machineId() };
}

/** Whether two looks saw the same folder; what one of them could not see decides nothing. */
export function isSamePlace(one: FolderPlace, other: FolderPlace): boolean {
  const agree = (key: 'birth' | 'machine') => one[key] === null || other[key] === null || one[key] === other[key];
  return one.inode === other.inode && agree('birth') && agree('machine');
}

/** One that is mounted over its file may be made anew at each boot, or be another machine's. */
function machineId(): string | null {
  try {
    const isOwn = statSync(MACHINE_ID).dev === statSync('/etc').dev;
    const text = readFileSync(MACHINE_ID, 'utf8').trim();
    return isOwn && MACHINE_ID_FORM.test(text) ? text : null;
  } catch {
    return null;
  }
}
