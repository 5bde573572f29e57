import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../base/errors.js';
import { OUTCOME_SUFFIX } from './acknowledge.js';

/** A promotion that nobody has acted on. */
export interface Promotion {
  /** File name. */
  name: string;
  /** Milliseconds since the epoch. */
  mtimeMs: number;
}

/** What lies in the promotions folder (formats.md §7). */
export interface PromotionScan {
  /** Oldest first. */
  unacknowledged: Promotion[];
  acknowledgedCount: number;
  /** Milliseconds since the epoch of the newest sign of a D-REAM run; null on a fresh home. */
  lastDreamMs: number | null;
}

const ACKNOWLEDGED = 'acknowledged';
/** What a finished cycle leaves in its folder of dream_lab, beside promotions. */
const RESULT = 'result.json';

/** Looks at `dream_lab/promotions`; a folder that does not exist holds nothing. */
export async function scanPromotions(folder: string): Promise<PromotionScan> {
  const unacknowledged = await jsonFiles(folder);
  const acknowledged = await jsonFiles(join(folder, ACKNOWLEDGED));
  const cycles = await resultTimes(join(folder, '..'));
  return {
    unacknowledged: unacknowledged.sort((a, b) => a.mtimeMs - b.mtimeMs || (a.name < b.name ? -1 : 1)),
    acknowledgedCount: acknowledged.length,
    lastDreamMs: newest([...acknowledged.map(({ mtimeMs }) => mtimeMs), ...cycles]),
  };
}

async function jsonFiles(folder: string): Promise<Promotion[]> {
  const found: Promotion[] = [];
  for (const name of await namesIn(folder)) {
    if (!name.endsWith('.json') || name.endsWith(OUTCOME_SUFFIX)) continue;
    const stats = await statOf(join(folder, name));
    if (stats?.isFile() === true) found.push({ name, mtimeMs: stats.mtimeMs });
  }
  return found;
}

async function resultTimes(lab: string): Promise<number[]> {
  const names = await namesIn(lab);
  const stats = await Promise.all(names.map(async (name) => statOf(join(lab, name, RESULT))));
  return stats.flatMap((entry) => (entry ? [entry.mtimeMs] : []));
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

// A promotion may be acknowledged, that is moved, between the listing and the look at it.
async function statOf(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}

function newest(times: readonly number[]): number | null {
  return times.length === 0 ? null : times.reduce((a, b) => Math.max(a, b));
}
