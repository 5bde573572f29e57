import { join } from 'node:path';
import { isoTimestamp } from '../base/clock.js';
import { KlorosError } from '../base/errors.js';
import { withFileLock } from '../base/file-lock.js';
import { holdsBytes, readBackup, reversed } from './backup.js';
import { currentVersion, type Layout } from './layout.js';
import { finishLeft } from './recovery.js';
import type { DeploymentRecord } from './record.js';
import { commitTransaction, readIfThere, recover, sha256Of, type FileChange } from './transaction.js';
import { readVersion } from './version.js';

/** Why something is taken back, and by whom. */
export interface RollbackReason {
  nowMs: number;
  by: DeploymentRecord['by'];
  errorType: string;
  reason: string;
  /** Change of the metrics that led to it. */
  change?: number | null;
  /** Takes back this version only; absent: whichever is in use. */
  only?: string;
}

/** What would be, or was, put back. */
export interface RolledBack {
  record: DeploymentRecord;
  files: { path: string; state: 'restored' | 'removed' | 'keys only' }[];
}

type Planned = RolledBack & { changes: FileChange[] };

/**
 * What a rollback would do, once what a killed process left is finished. Throws DEPLOYMENT_NOT_FOUND, BACKUP_NOT_FOUND,
 * BACKUP_DAMAGED, VERSION_NOT_FOUND.
 */
export async function planRollback(layout: Layout, why: RollbackReason): Promise<Planned> {
  await finishLeft(layout);
  return planFrom(layout, why);
}

async function planFrom(layout: Layout, why: RollbackReason): Promise<Planned> {
  const id = await currentVersion(layout);
  if (id === null) throw nothingDeployed(layout);
  if (why.only !== undefined && why.only !== id) throw nothingDeployed(layout);
  const backup = await readBackup(layout, id);
  if (backup.previous !== null && (await readVersion(layout, backup.previous)) === undefined)
    throw previousGone(layout, backup.previous);
  const version = await readVersion(layout, id);
  const changes = await reversed(backup);
  const record: DeploymentRecord = {
    id,
    at: isoTimestamp(why.nowMs),
    stage: 'rolled_back',
    winner_id: version?.winner_id ?? id,
    cycle_id: version?.cycle_id ?? '',
    previous: backup.previous,
    change: why.change ?? null,
    error_type: why.errorType,
    reason: why.reason,
    backup: holdsBytes(backup.files),
    by: why.by,
  };
  return { record, changes, files: await Promise.all(changes.map(outlook)) };
}

/** Takes the version that is in use back: link, files, every byte. Killed in between, recover() does the rest. */
export async function rollback(layout: Layout, why: RollbackReason): Promise<RolledBack> {
  return withFileLock(layout.log, async () => {
    await recover(layout);
    const { changes, record, files } = await planFrom(layout, why);
    await commitTransaction(layout, { files: changes, to: record.previous, record });
    return { record, files };
  });
}

async function outlook({ path, before, after }: FileChange): Promise<RolledBack['files'][number]> {
  const bytes = await readIfThere(path);
  if (bytes !== undefined && sha256Of(bytes) !== before?.sha256) return { path, state: 'keys only' };
  return { path, state: after === null ? 'removed' : 'restored' };
}

function nothingDeployed({ experiment, root }: Layout): KlorosError {
  return new KlorosError({
    code: 'DEPLOYMENT_NOT_FOUND',
    message: `Nothing is deployed of ${experiment}`,
    why: `${join(root, 'current')} leads to no version, or to another one`,
    next: ['see what there is: kloros dream diff'],
  });
}

function previousGone({ experiment, versions }: Layout, previous: string): KlorosError {
  return new KlorosError({
    code: 'VERSION_NOT_FOUND',
    message: `The version of ${experiment} that would come back is not there any more`,
    why: `${join(versions, previous)} does not exist`,
    next: ['see what is in use: kloros dream diff'],
  });
}
