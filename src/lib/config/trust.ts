import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from '../base/errors.js';
import { isShared } from '../base/group-umask.js';

const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;

/** Who is believed besides this user and root. */
interface Believed {
  uids: ReadonlySet<number>;
  /** A group whose members may write. */
  gids: ReadonlySet<number>;
}

/**
 * Why a file of the folder one happens to stand in is not obeyed: it says which home is used and which programs run, so
 * nobody but this user and root may have written it, or be able to put another in its place.
 */
export async function whyStranger(path: string): Promise<string | undefined> {
  return whyWritable(path, { uids: new Set(), gids: new Set() });
}

/** Why a file that was found through a home, or through the machine, may be another user's; a shared home's group is no stranger. */
export async function whyOpen(path: string): Promise<string | undefined> {
  const folder = dirname(path);
  const found = await statOf(folder);
  if (found === undefined) return undefined;
  // Who has a group of his own alone is let be, whatever his umask.
  const gids = new Set([0, process.getgid?.() ?? 0, ...(isShared(folder) ? [found.gid] : [])]);
  return whyWritable(path, { uids: new Set([found.uid]), gids });
}

async function whyWritable(path: string, believed: Believed): Promise<string | undefined> {
  if ((await statOf(path)) === undefined) return undefined;
  const real = await realpath(path);
  for (const place of new Set([dirname(path), dirname(real), real])) {
    const why = whyPlace(place, await statOf(place), believed);
    if (why !== undefined) return why;
  }
  return undefined;
}

function whyPlace(
  place: string,
  found: { uid: number; gid: number; mode: number } | undefined,
  { uids, gids }: Believed,
): string | undefined {
  if (found === undefined) return undefined;
  const { uid, gid, mode } = found;
  const isOwn = uid === 0 || uid === process.geteuid?.() || uids.has(uid) || gids.has(gid);
  if (!isOwn) return `${place} belongs to another user (${uid})`;
  if ((mode & OTHERS_WRITE) !== 0) return `everybody may write ${place}`;
  if ((mode & GROUP_WRITES) !== 0 && !gids.has(gid)) return `the group ${gid} may write ${place}`;
  return undefined;
}

async function statOf(path: string) {
  return stat(path).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  });
}
