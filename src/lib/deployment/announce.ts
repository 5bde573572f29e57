import { join } from 'node:path';
import { KlorosError } from '../base/errors.js';
import type { Draft } from '../signals/envelope.js';
import { say } from '../signals/facts.js';
import { readBackup } from './backup.js';
import { currentVersion, type Layout } from './layout.js';
import type { DeploymentRecord } from './record.js';

/** What the colony is told of a deployment; nothing of one that waits for somebody. Only what is on record is said. */
export async function announcement(layout: Layout, record: DeploymentRecord): Promise<Draft[]> {
  const { stage, winner_id, cycle_id, id: deployment_id } = record;
  const more = { experiment: layout.experiment, cycle_id, deployment_id };
  if (stage === 'proposed' || stage === 'switched') return [];
  if (stage === 'deployed') {
    const deployment_path = join(layout.versions, record.id);
    const rollback_available = await canRollBack(layout, record.id);
    const facts = { winner_id, deployment_path, backup_created: record.backup, rollback_available };
    return [say('Q_WINNER_DEPLOYED', { ...facts, change: record.change, ...more })];
  }
  const facts = {
    winner_id,
    error_type: record.error_type ?? 'Unknown',
    error_message: record.reason,
    // Of a winner that was refused nothing had been changed: there was nothing to roll back.
    rollback_completed: stage === 'rolled_back',
  };
  return [say('Q_DEPLOYMENT_FAILED', { ...facts, change: record.change, ...more })];
}

/** It is in use, and every copied byte is still what was copied. */
async function canRollBack(layout: Layout, id: string): Promise<boolean> {
  if ((await currentVersion(layout)) !== id) return false;
  try {
    await readBackup(layout, id);
    return true;
  } catch (error) {
    if (error instanceof KlorosError) return false;
    throw error;
  }
}
