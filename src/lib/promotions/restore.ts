import { readdir, readFile, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { syncFolder } from '../base/atomic-file.js';
import { errorCode, KlorosError } from '../base/errors.js';
import { tellUnread } from '../base/unread.js';
import { isThere, outcomeNameOf, OUTCOME_SUFFIX } from './acknowledge.js';

const outcomeSchema = z.object({ cycle_id: z.string(), acknowledged_at: z.string(), winner: z.string().nullable() });

/** A promotion that was acknowledged, and what became of it. */
export interface Acknowledged extends z.output<typeof outcomeSchema> {
  /** File name as it was dropped. */
  name: string;
  /** File name in `acknowledged/`, which differs where there was one of the same name. */
  kept: string;
}

/** Acknowledged promotions of which it is known what became, the newest first. */
export async function acknowledgedPromotions(folder: string): Promise<Acknowledged[]> {
  const to = join(folder, 'acknowledged');
  const names = (await namesIn(to)).filter((name) => name.endsWith('.json') && !name.endsWith(OUTCOME_SUFFIX));
  const found = await Promise.all(names.map(async (kept) => readOutcome(to, kept)));
  return found.flat().sort((a, b) => (a.acknowledged_at < b.acknowledged_at ? 1 : -1));
}

/**
 * Moves promotions back among those that nobody has acted on, as of now: the monitor speaks of them again. What became of
 * them stays with their cycle. Throws PROMOTION_EXISTS before anything is moved.
 */
export async function restorePromotions(
  folder: string,
  promotions: readonly Acknowledged[],
  nowMs: number,
): Promise<void> {
  for (const { name } of promotions) if (await isThere(join(folder, name))) throw alreadyThere(folder, name);
  const from = join(folder, 'acknowledged');
  for (const { name, kept } of promotions) {
    await utimes(join(from, kept), nowMs / 1_000, nowMs / 1_000);
    await rename(join(from, kept), join(folder, name));
    await rm(join(from, outcomeNameOf(kept)), { force: true });
  }
  await syncFolder(folder);
  await syncFolder(from);
}

async function readOutcome(folder: string, kept: string): Promise<Acknowledged[]> {
  const path = join(folder, outcomeNameOf(kept));
  if (!(await isThere(path))) return [];
  const outcome = parsed(await readFile(path, 'utf8'));
  if (outcome === undefined) tellUnread({ path });
  return outcome === undefined ? [] : [{ ...outcome, kept, name: kept.replace(`.${outcome.cycle_id}.json`, '.json') }];
}

function parsed(text: string): z.output<typeof outcomeSchema> | undefined {
  try {
    return outcomeSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // Somebody else's file, or a torn one: it is left alone.
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function alreadyThere(folder: string, name: string): KlorosError {
  return new KlorosError({
    code: 'PROMOTION_EXISTS',
    message: `There is a newer promotion ${name}`,
    why: `${join(folder, name)} waits already, and is not written over`,
    next: [`rename it: mv ${join(folder, name)} ${join(folder, name.replace(/\.json$/, '.newer.json'))}`],
  });
}
