import { chown, mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { draftOf } from './drafts.js';

const MODE_BITS = 0o777;
const EVERYBODY = 0o666;
const ALL_BITS = 0o7777;
const NEW_FILE_BITS = 0o664;

/** Makes a rename or unlink in this folder survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Replaces a file so that readers, and a crash, see the old or the new content and never a mixture. It keeps its owner
 * and permissions, and a link to it stays one. What a killed writer leaves beside it is swept by the hub.
 */
export async function writeFileSafely(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const target = await realpath(path).catch(() => path);
  const mode = (await stat(target).catch(() => undefined))?.mode;
  await place(content, {
    draft: draftOf(target),
    path: target,
    mode: mode === undefined ? undefined : mode & ALL_BITS,
  });
}

/**
 * Replaces a file that lies outside of the home: it keeps its owner, group and mode, and a new one has those of its
 * folder, whatever umask the home's group has given this process. Never is it open for all to write.
 */
export async function writeFileOutside(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const before = await stat(path).catch(() => undefined);
  if (before !== undefined) return replaceFile(path, content, before.mode & MODE_BITS);
  const folder = await stat(dirname(path));
  await replaceFile(path, content, folder.mode & NEW_FILE_BITS);
  await chown(path, folder.uid, folder.gid).catch(() => undefined); // Only root may give away.
}

/**
 * Replaces a file and its permissions in one step, keeping its owner. What a killed attempt leaves beside it has a name
 * that the next attempt finds and replaces, so that nothing is left in a folder that is somebody else's.
 */
export async function replaceFile(path: string, content: string | Buffer, mode: number): Promise<void> {
  const draft = fixedDraftOf(path);
  await mkdir(dirname(path), { recursive: true });
  await rm(draft, { force: true });
  await place(content, { draft, path, mode });
}

interface Placing {
  draft: string;
  path: string;
  /** Undefined for a new file, whose permissions the umask says. */
  mode: number | undefined;
}

async function place(content: string | Buffer, { draft, path, mode }: Placing): Promise<void> {
  try {
    const handle = await open(draft, 'wx', mode ?? EVERYBODY);
    try {
      await handle.writeFile(content);
      const owner = await stat(path).catch(() => undefined);
      if (owner !== undefined) await handle.chown(owner.uid, owner.gid).catch(() => undefined); // Only root may give away.
      if (mode !== undefined) await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Removes what a killed replaceFile() left beside a file. */
export async function dropDraft(path: string): Promise<void> {
  await rm(fixedDraftOf(path), { force: true });
}

function fixedDraftOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.kloros-draft`);
}
