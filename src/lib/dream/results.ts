import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ZodError } from 'zod';
import { errorCode } from '../base/errors.js';
import { tellUnread } from '../base/unread.js';
import { cycleFolder, isCycleName } from './cycle-folder.js';
import { dreamResultSchema, type DreamResult } from './result.js';

const RESULT_FILE = 'result.json';
const ABSENT: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);

/** Where a cycle's result lies. Throws UNSAFE_FILE_NAME. */
export function resultPath(dreamLab: string, cycleId: string): string {
  return join(cycleFolder(dreamLab, cycleId), RESULT_FILE);
}

/** The result of one cycle; undefined while there is none, or where the file is none of ours, which is told (unread.ts). */
export async function readResult(dreamLab: string, cycleId: string): Promise<DreamResult | undefined> {
  const path = resultPath(dreamLab, cycleId);
  try {
    return dreamResultSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (ABSENT.has(errorCode(error))) return undefined;
    if (!(error instanceof SyntaxError || error instanceof ZodError)) throw error;
    tellUnread({ path });
    return undefined;
  }
}

/** Results of all cycles that have ended, the newest first. */
export async function readResults(dreamLab: string): Promise<DreamResult[]> {
  const results = await Promise.all((await foldersOf(dreamLab)).map((name) => readResult(dreamLab, name)));
  const found = results.filter((result) => result !== undefined);
  return found.sort((a, b) => (a.ended_at < b.ended_at ? 1 : -1));
}

async function foldersOf(dreamLab: string): Promise<string[]> {
  try {
    const entries = await readdir(dreamLab, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() && isCycleName(entry.name) ? [entry.name] : []));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
