import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, KlorosError } from '../base/errors.js';
import { withFileLock } from '../base/file-lock.js';
import { readBackup } from './backup.js';
import { currentVersion, type Layout } from './layout.js';
import { readRecords, type DeploymentRecord } from './record.js';
import { recover } from './transaction.js';

/** What was removed of an experiment: ids of versions, and of backups. */
export interface Pruned {
  versions: string[];
  backups: string[];
}

/**
 * Removes versions and backups that nobody needs any more. What is in use can be taken back `keep` times in a row: these
 * backups stay, and the versions that they lead to. Of what was replaced, refused or taken back the newest `keep` stay,
 * and what waits for consent stays.
 */
export async function pruneDeployments(layout: Layout, keep: number): Promise<Pruned> {
  return withFileLock(layout.log, async () => {
    await recover(layout);
    const { versions, backups } = await neededOf(layout, keep);
    return {
      versions: await removeOthers(layout.versions, versions),
      backups: await removeOthers(layout.backups, backups),
    };
  });
}

async function neededOf(layout: Layout, keep: number): Promise<{ versions: Set<string>; backups: Set<string> }> {
  const last = new Map((await readRecords(layout)).map((record) => [record.id, record]));
  const chain = await chainOf(layout, keep);
  const waiting = [...last.values()].flatMap(({ id, stage }) => (stage === 'proposed' ? [id] : []));
  const others = [...last.keys()].filter((id) => !chain.versions.includes(id)).slice(-keep);
  return { versions: new Set([...chain.versions, ...waiting, ...others]), backups: new Set(chain.backups) };
}

/** What is in use, what a rollback would lead to, and so on, as often as backups are kept. */
async function chainOf(layout: Layout, keep: number): Promise<Pruned> {
  const chain: Pruned = { versions: [], backups: [] };
  let id = await currentVersion(layout);
  while (id !== null && !chain.versions.includes(id)) {
    chain.versions.push(id);
    if (chain.backups.length === keep) break;
    const previous: DeploymentRecord['previous'] | undefined = await previousOf(layout, id);
    if (previous === undefined) break;
    chain.backups.push(id);
    id = previous;
  }
  return chain;
}

/** Undefined where there is no backup to go back by. */
async function previousOf(layout: Layout, id: string): Promise<string | null | undefined> {
  try {
    return (await readBackup(layout, id)).previous;
  } catch (error) {
    if (error instanceof KlorosError) return undefined;
    throw error;
  }
}

async function removeOthers(folder: string, needed: ReadonlySet<string>): Promise<string[]> {
  const removed = (await namesIn(folder)).filter((name) => !needed.has(name));
  for (const name of removed) await rm(join(folder, name), { recursive: true, force: true });
  return removed;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
