import { readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { cutText } from './cut-text.js';
import { errorCode, PermanentError } from './errors.js';

/** A file system takes 255 bytes; endings such as `.jsonl.gz` come behind a name. */
const LONGEST_BYTES = 200;
const SHOWN = 80;

/**
 * A fact, an id or a name as ONE part of a path: what comes back stays in the folder that it is joined to, is not
 * hidden and no option of a program. Throws UNSAFE_FILE_NAME, which no second attempt can mend.
 */
export function fileName(fact: string): string {
  const why = complaintAbout(fact);
  if (why === undefined) return fact;
  throw new PermanentError({
    code: 'UNSAFE_FILE_NAME',
    message: `${JSON.stringify(cutText(fact, SHOWN))} cannot name a file`,
    why,
    next: [
      'correct who sent it: a name here is at most 200 bytes, without `/`, `\\`, control characters or a dot in front',
    ],
  });
}

/** Whether it is one part of a path as `fileName` takes it. */
export function isFileName(fact: string): boolean {
  return complaintAbout(fact) === undefined;
}

/** The path of a file below a folder, named by facts: `pathBelow(root, experiment, 'versions')`. Throws UNSAFE_FILE_NAME. */
export function pathBelow(root: string, ...facts: readonly string[]): string {
  return join(root, ...facts.map(fileName));
}

/** Whether a path lies below a folder, as both are written; links are not looked at. */
export function isBelow(root: string, path: string): boolean {
  const rest = relative(resolve(root), resolve(path));
  return rest !== '' && rest !== '..' && !rest.startsWith(`..${sep}`) && !rest.startsWith(sep);
}

/** Whether a path is a folder itself or lies below it, as both are written. */
export function isWithin(root: string, path: string): boolean {
  return resolve(path) === resolve(root) || isBelow(root, path);
}

/**
 * The real path of what lies, or may be made, below a root: links of both are followed first. Throws OUTSIDE_ROOT where
 * it leads elsewhere.
 */
export async function insideRoot(root: string, path: string): Promise<string> {
  const [realRoot, realPath] = await Promise.all([realOf(resolve(root)), realOf(resolve(root, path))]);
  if (isBelow(realRoot, realPath)) return realPath;
  throw new PermanentError({
    code: 'OUTSIDE_ROOT',
    message: `${JSON.stringify(path)} does not lie inside ${root}`,
    why: realPath === path ? 'its path leads out of that folder' : `with links followed it is ${realPath}`,
    next: ['name something inside of that folder'],
  });
}

/** The real path of as much as exists, and the rest behind it; a link to nothing leads where a file would be made. */
async function realOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
    const folder = await realOf(dirname(path));
    const target = await readlink(path).catch(() => undefined);
    return target === undefined ? join(folder, basename(path)) : realOf(resolve(folder, target));
  }
}

function complaintAbout(fact: string): string | undefined {
  if (fact === '') return 'it is empty';
  if (fact.startsWith('.')) return 'it begins with a dot';
  if (fact.startsWith('-')) return 'it begins with a dash, which programs take for an option';
  if (/[/\\]/.test(fact)) return 'it leads into another folder';
  if (/[\p{Cc}\p{Cs}\p{Cf}\p{Zl}\p{Zp}]/u.test(fact)) return 'it holds characters that nobody can see';
  return Buffer.byteLength(fact) > LONGEST_BYTES ? `it is longer than ${LONGEST_BYTES} bytes` : undefined;
}
