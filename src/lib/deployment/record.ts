import { z } from 'zod';
import { appendJsonLines, readRows } from '../base/json-lines.js';
import type { Layout } from './layout.js';

/**
 * A line of deployments.jsonl. A deployment is `switched` (in use, not looked at yet), then `deployed` or `rolled_back`;
 * or it is `proposed`, or `refused` before anything was changed.
 */
export const recordSchema = z.object({
  /** Of the deployment, and of its version. */
  id: z.string(),
  at: z.string(),
  stage: z.enum(['proposed', 'refused', 'switched', 'deployed', 'rolled_back']),
  winner_id: z.string(),
  cycle_id: z.string(),
  /** Version that was in use before; null where there was none. */
  previous: z.string().nullable(),
  /** Mean relative change of the metrics, positive is better; null where nothing was measured. */
  change: z.number().nullable().default(null),
  /** Why it was refused or rolled back. */
  error_type: z.string().nullable().default(null),
  reason: z.string(),
  /** Bytes of at least one file lie in backups/; false where no file is mapped or each was new, and nothing was there to copy. */
  backup: z.boolean().default(false),
  by: z.enum(['deployer', 'operator']),
});

/** What became of a deployment. */
export type DeploymentRecord = z.output<typeof recordSchema>;

/** Records of an experiment, the oldest first; a line that was written twice after a crash is there once. */
export async function readRecords({ log }: Layout): Promise<DeploymentRecord[]> {
  const records = new Map<string, DeploymentRecord>();
  for (const record of await readRows(log, recordSchema))
    records.set(`${record.id} ${record.stage} ${record.at}`, record);
  return [...records.values()];
}

/** The last that is on record of a deployment. */
export async function lastRecord(layout: Layout, id: string): Promise<DeploymentRecord | undefined> {
  return (await readRecords(layout)).findLast((record) => record.id === id);
}

/** Writes a record, durably. */
export async function addRecord({ log }: Layout, record: DeploymentRecord): Promise<void> {
  await appendJsonLines(log, [record]);
}
