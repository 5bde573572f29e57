import { link, mkdir, readdir, unlink, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { syncFolder } from '../base/atomic-file.js';
import { draftOf } from '../base/drafts.js';
import { errorCode, KlorosError } from '../base/errors.js';
import { isFileName } from '../base/safe-path.js';
import { sha256, WHY } from '../intents/file-name.js';
import type { Letter } from './letter.js';

/** Where intents lie. */
export interface IntentFolders {
  intents: string;
  quarantine: string;
}

const KEY_LENGTH = 12;
const DATA_URL = /^data:application\/octet-stream;base64,/;
const BEGINNING = 'the content here is only its beginning';

/** Why the letter is no failed intent that can be tried again; undefined where it is one. */
export function intentProblem({ intentFile, content, contentFile }: Letter): string | undefined {
  if (intentFile === null) return 'it holds neither a whole signal nor an intent';
  return content === null && contentFile === null ? `only the path of the intent was kept: ${intentFile}` : undefined;
}

/**
 * Puts an intent back into the intents folder, whole: the quarantined file where it still lies there, else its content.
 * Overwrites nothing. Answers its path.
 */
export async function putBack(letter: Letter, folders: IntentFolders): Promise<string> {
  const name = nameOf(letter);
  await mkdir(folders.intents, { recursive: true });
  const quarantined = await quarantinedFile(letter, folders.quarantine);
  const from = quarantined ?? (await writeAside(letter, draftOf(join(folders.intents, name))));
  const to = await linkFree(from, join(folders.intents, name));
  await unlink(from);
  await syncFolder(folders.intents);
  if (quarantined !== undefined) await unlink(quarantined + WHY).catch(ignoreMissing);
  return to;
}

/** A foreign row may name anything, such as the folder above. */
function nameOf({ intentFile, id }: Letter): string {
  const named = basename(intentFile ?? '');
  return isFileName(named) ? named : `${id}.json`;
}

/** The quarantine names a file by what tells its version from others: the key of its dead letter. */
async function quarantinedFile({ key }: Letter, folder: string): Promise<string | undefined> {
  if (key === null) return undefined;
  const names = await readdir(folder).catch(ignoreMissing);
  const ending = `.${sha256(key).slice(0, KEY_LENGTH)}`;
  const name = names?.find((one) => one.endsWith(ending));
  return name === undefined ? undefined : join(folder, name);
}

async function writeAside(letter: Letter, path: string): Promise<string> {
  const { content, traceback, intentUid } = letter;
  if (intentUid !== null) throw anothers(letter, intentUid);
  if (content === null || traceback.includes(BEGINNING)) throw notWhole(letter);
  const bytes = DATA_URL.test(content) ? Buffer.from(content.replace(DATA_URL, ''), 'base64') : Buffer.from(content);
  await writeFile(path, bytes, { flush: true });
  return path;
}

/** Gives a file a name that nothing has; the router sees it whole, at once. */
async function linkFree(from: string, wanted: string): Promise<string> {
  const ending = extname(wanted);
  for (let copy = 1; ; copy += 1) {
    const path = copy === 1 ? wanted : `${wanted.slice(0, wanted.length - ending.length)}.${copy}${ending}`;
    try {
      await link(from, path);
      return path;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  }
}

/** A file that this user wrote would be the colony's own word. */
function anothers({ id, intentFile }: Letter, uid: number): KlorosError {
  return new KlorosError({
    code: 'INTENT_OF_ANOTHER_USER',
    message: `The intent of dead letter ${id} cannot be put back`,
    why: `user ${uid} wrote it, and the file is not in quarantine any more; written by you, it would be your own word`,
    next: [
      `let them write ${basename(intentFile ?? 'it')} into the intents folder again`,
      `or say it yourself: kloros dlq show ${id} --json | jq -r .result.content >FILE && kloros intent submit FILE`,
    ],
  });
}

function notWhole({ id, intentFile }: Letter): KlorosError {
  return new KlorosError({
    code: 'INTENT_NOT_WHOLE',
    message: `The intent of dead letter ${id} cannot be put back`,
    why: 'the queue holds only its beginning, and the file is not in quarantine any more',
    next: [`write ${basename(intentFile ?? 'it')} anew into the intents folder`],
  });
}

function ignoreMissing(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error;
}
