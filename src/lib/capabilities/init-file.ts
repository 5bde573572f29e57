import { link, readFile, rm, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFolder, writeFileOutside } from '../base/atomic-file.js';
import { errorCode } from '../base/errors.js';

/** What an `__init__.py` of ours holds; who made it, and why, can be read in the file. */
export function initContent(name: string, cause: string): string {
  const signal = cause.replace(/\s+/g, ' ');
  return `# Created by kloros when it registered ${name}: the package had no __init__.py (signal ${signal}).\n`;
}

/** Creates the file whole or not at all, and never replaces one that is there already. */
export async function createInit(path: string, content: string): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.kloros-draft`);
  await writeFileOutside(draft, content);
  try {
    await link(draft, path); // Unlike a rename, a link refuses to replace what somebody else just wrote.
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
    await syncFolder(dirname(path));
  }
}

/** Whether the file is still as we made it, or gone. */
export async function isUnchanged(path: string, content: string): Promise<boolean> {
  try {
    return (await readFile(path, 'utf8')) === content;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return true;
    throw error;
  }
}

/** Removes the file if it is still as we made it; false where somebody has changed it since. */
export async function removeInit(path: string, content: string): Promise<boolean> {
  if (!(await isUnchanged(path, content))) return false;
  try {
    await unlink(path);
    await syncFolder(dirname(path));
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return true;
    throw error;
  }
}
