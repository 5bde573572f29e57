import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileSafely } from './atomic-file.js';

const reportSchema = z.object({
  pid: z.number(),
  /** CLOCK_MONOTONIC, which is the same in all processes of a machine, when it began to read its settings. */
  begunNs: z.coerce.bigint(),
  /** `refused`: it goes on with the settings from before. `failed`: it could not even do that, and ends. */
  outcome: z.enum(['reloaded', 'refused', 'failed']),
  why: z.string().nullable(),
});

/** What became of a process's last attempt to take up new settings. */
export type ReloadReport = z.output<typeof reportSchema>;

/** Leaves word for whoever asked for the reload: a signal has no answer, whoever keeps the daemon. */
export async function noteReload(folder: string, daemon: string, report: ReloadReport): Promise<void> {
  const text = JSON.stringify({ ...report, begunNs: String(report.begunNs) });
  await writeFileSafely(join(folder, `${daemon}.json`), text);
}

/** The last report of a daemon; undefined where there is none that can be read. */
export function lastReload(folder: string, daemon: string): ReloadReport | undefined {
  try {
    return reportSchema.safeParse(JSON.parse(readFileSync(join(folder, `${daemon}.json`), 'utf8'))).data;
  } catch {
    return undefined;
  }
}
