import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { draftOf } from '../base/drafts.js';
import { errorCode, KlorosError, toError } from '../base/errors.js';
import { isSamePlace, placeOf, type FolderPlace } from '../base/folder-place.js';

const homeSchema = z.object({
  id: z.string().min(1),
  /** Where it was when this was written, for people. */
  path: z.string(),
  place: z.object({ inode: z.string(), birth: z.string().nullable(), machine: z.string().nullable() }),
  /** Whose files these are a copy of; null for a home that was made here. */
  original: z.object({ id: z.string(), path: z.string() }).nullable(),
  /** Whether an operator made a copy this machine's own. */
  adopted: z.boolean(),
});

/** Which home this is: a copy of its files in another folder is another one, though they say the same. */
export type Home = z.output<typeof homeSchema>;

const FILE = 'home.json';
const ID_CHARACTERS = 26;
const EVERYBODY = 0o666;

/**
 * The home that a folder is, as its file says or, where that came from another folder, as it will say: the id follows
 * from the file and the place, so that all who ask are answered the same before it is written. Writes nothing; undefined
 * where nothing is said yet. Throws HOME_UNREADABLE.
 */
export function lookAtHome(folder: string): Home | undefined {
  const said = readHome(folder);
  return said && homeAt(folder, said);
}

/** The same, and written down, which makes the file of a new home. A disk that is full keeps nobody from working. */
export function settleHome(folder: string): Home {
  const said = readHome(folder);
  const home = homeAt(folder, said);
  if (JSON.stringify(home) === JSON.stringify(said)) return home;
  try {
    write(folder, home, said === undefined ? linkSync : renameSync);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return settleHome(folder); // Somebody else made it in this moment.
    if (!HINDRANCES.has(errorCode(error) ?? '')) throw error;
  }
  return home;
}

/** Makes a copy this machine's own. */
export function adoptHome(folder: string): Home {
  const home = { ...homeAt(folder, readHome(folder)), adopted: true };
  write(folder, home, renameSync);
  return home;
}

const HINDRANCES: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM']);

function homeAt(folder: string, said: Home | undefined): Home {
  const place = placeOf(folder);
  const path = realpathSync(folder);
  if (said === undefined) return { id: idOf('', place), path, place, original: null, adopted: true };
  if (isSamePlace(said.place, place)) return { ...said, path, place: completed(said.place, place) };
  const original = { id: said.id, path: said.path };
  return { id: idOf(said.id, place), path, place, original, adopted: false };
}

/** What could not be seen when it was written may be seen now, and not the other way round. */
function completed(said: FolderPlace, now: FolderPlace): FolderPlace {
  return { inode: said.inode, birth: said.birth ?? now.birth, machine: said.machine ?? now.machine };
}

function idOf(before: string, { inode, birth, machine }: FolderPlace): string {
  const text = [before, inode, birth, machine].join('\n');
  return createHash('sha256').update(text).digest('hex').slice(0, ID_CHARACTERS);
}

function readHome(folder: string): Home | undefined {
  const path = join(folder, FILE);
  try {
    return homeSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new KlorosError({
      code: 'HOME_UNREADABLE',
      message: `${path} does not say which home this is`,
      why: toError(error).message.split('\n')[0] ?? '',
      next: [`put the file back from a backup, or remove it: rm ${path}`],
      cause: error,
    });
  }
}

function write(folder: string, home: Home, place: (draft: string, path: string) => void): void {
  const path = join(folder, FILE);
  const draft = draftOf(path);
  const file = openSync(draft, 'wx', EVERYBODY);
  try {
    writeSync(file, `${JSON.stringify(home, null, 2)}\n`);
    fsyncSync(file);
    place(draft, path);
  } finally {
    closeSync(file);
    rmSync(draft, { force: true });
  }
}
