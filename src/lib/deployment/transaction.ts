import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { dropDraft, replaceFile, syncFolder, writeFileSafely } from '../base/atomic-file.js';
import { errorCode } from '../base/errors.js';
import { editTarget } from './edit-target.js';
import type { Layout } from './layout.js';
import { addRecord, recordSchema } from './record.js';

/** A file as it was, or shall be: a copy of its bytes, and its permissions. */
const fileState = z.object({ sha256: z.string(), mode: z.number(), copy: z.string() });

/** What happens to one file, as it is kept. */
export const fileChange = z.object({
  path: z.string(),
  format: z.enum(['env', 'yaml', 'json']),
  /** Null where the file is not there. */
  before: fileState.nullable(),
  after: fileState.nullable(),
  /** The same change as keys, for a file that somebody edited in between. */
  edits: z.array(z.object({ key: z.string(), value: z.union([z.string(), z.number(), z.boolean()]).nullable() })),
});

const transactionSchema = z.object({
  files: z.array(fileChange),
  /** Version that is in use afterwards; null takes the link away. */
  to: z.string().nullable(),
  /** What is on record once all is done. */
  record: recordSchema,
});

/** A file as it was, or shall be. */
export type FileState = z.output<typeof fileState>;
/** What happens to one file. */
export type FileChange = z.output<typeof fileChange>;
/** A change of several files and of the link, all or nothing. */
export type Transaction = z.output<typeof transactionSchema>;

/**
 * Everything that the change needs is on the disk before transaction.json is there: that is the moment from which the
 * change happens. Killed before it, nothing has changed; killed after it, recover() does the rest. Each step can be done
 * again, and the link is switched last; then the change is on record, and transaction.json goes.
 */
export async function commitTransaction(layout: Layout, transaction: Transaction): Promise<void> {
  await replaceFile(layout.transaction, JSON.stringify(transaction, null, 2), OWN_MODE);
  await apply(layout, transaction);
}

const OWN_MODE = 0o644;

/** Finishes what a killed process began; true where there was something. Call it before anything else, under the lock. */
export async function recover(layout: Layout): Promise<boolean> {
  const text = await readIfThere(layout.transaction);
  if (text === undefined) return false;
  await apply(layout, transactionSchema.parse(JSON.parse(text.toString('utf8'))));
  return true;
}

/** Reads a file's state, and keeps a copy of its bytes. */
export async function copyOf(path: string, copy: string): Promise<FileState | null> {
  const bytes = await readIfThere(path);
  if (bytes === undefined) return null;
  const { mode } = await stat(path);
  return stateOf(bytes, { mode: mode & 0o7777, copy });
}

/** Keeps bytes as the copy of a state. */
export async function stateOf(bytes: Buffer, { mode, copy }: { mode: number; copy: string }): Promise<FileState> {
  await writeFileSafely(copy, bytes);
  return { sha256: sha256Of(bytes), mode, copy };
}

/** Hash of a file's bytes. */
export function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Bytes of a file, or undefined where there is none. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function apply(layout: Layout, { files, to, record }: Transaction): Promise<void> {
  for (const file of files) await applyFile(file);
  await switchLink(layout, to);
  await addRecord(layout, record);
  await rm(layout.transaction);
  await syncFolder(layout.root);
}

async function applyFile(change: FileChange): Promise<void> {
  const bytes = await readIfThere(change.path);
  const sha256 = bytes === undefined ? undefined : sha256Of(bytes);
  if (sha256 === change.after?.sha256) return finished(change);
  const isForeign = bytes !== undefined && sha256 !== change.before?.sha256;
  if (isForeign) return applyToForeign(change, bytes);
  if (change.after === null) return remove(change.path);
  await replaceFile(change.path, await readFile(change.after.copy), change.after.mode);
}

/** The bytes are what they shall be: only the permissions may differ, and a draft be left. */
async function finished({ path, after }: FileChange): Promise<void> {
  await dropDraft(path);
  if (after !== null) await chmod(path, after.mode);
}

/**
 * Somebody edited the file since it was read: what they wrote stays, and only the keys change. Where that cannot be done
 * any more, the change has to be whole all the same: what they wrote is kept beside the copies.
 */
async function applyToForeign({ path, format, edits, before, after }: FileChange, bytes: Buffer): Promise<void> {
  try {
    const { mode } = await stat(path);
    await replaceFile(path, editTarget(bytes.toString('utf8'), edits, { path, format }), mode & 0o7777);
  } catch (error) {
    if (errorCode(error) !== 'TARGET_NOT_EDITABLE') throw error;
    const known = after ?? before;
    if (known !== null) await writeFileSafely(`${known.copy}.foreign`, bytes);
    if (after === null) await remove(path);
    else await replaceFile(path, await readFile(after.copy), after.mode);
  }
}

async function remove(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncFolder(dirname(path));
}

/** Who follows the link sees the old version or the new one, and never none. */
async function switchLink(layout: Layout, to: string | null): Promise<void> {
  await mkdir(layout.root, { recursive: true });
  if (to === null) {
    await rm(layout.current, { force: true });
  } else {
    const next = `${layout.current}.next`;
    await rm(next, { force: true });
    await symlink(relative(layout.root, join(layout.versions, to)), next);
    await rename(next, layout.current);
  }
  await syncFolder(layout.root);
}
