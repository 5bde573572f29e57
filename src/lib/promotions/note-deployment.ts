import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileSafely } from '../base/atomic-file.js';
import { errorCode } from '../base/errors.js';
import { outcomeNameOf } from './acknowledge.js';

const deployment = z.object({
  experiment: z.string(),
  winner: z.string(),
  /** `proposed`, `refused`, `deployed` or `rolled_back`. */
  stage: z.string(),
  at: z.string(),
  reason: z.string(),
});

/** What became of a winner that promotions led to. */
export type NotedDeployment = z.output<typeof deployment>;

/** Keeps whatever else the file says. */
const noted = z.looseObject({ cycle_id: z.string(), deployments: z.array(deployment).default([]) });

/**
 * Writes beside each promotion of a cycle what became of its winner, in place of what was said of it before. Promotions
 * that wait again are passed over; telling it again changes nothing.
 */
export async function noteDeployment(
  folder: string,
  { cycleId, promotions }: { cycleId: string; promotions: readonly string[] },
  one: NotedDeployment,
): Promise<void> {
  for (const name of promotions)
    for (const kept of [name, name.replace(/\.json$/, `.${cycleId}.json`)]) {
      const path = join(folder, 'acknowledged', outcomeNameOf(kept));
      const outcome = await readNoted(path);
      if (outcome?.cycle_id !== cycleId) continue;
      const others = outcome.deployments.filter(
        ({ experiment, winner }) => experiment !== one.experiment || winner !== one.winner,
      );
      const text = JSON.stringify({ ...outcome, deployments: [...others, one] }, null, 2);
      await writeFileSafely(path, `${text}\n`);
    }
}

async function readNoted(path: string): Promise<z.output<typeof noted> | undefined> {
  try {
    return noted.safeParse(JSON.parse(await readFile(path, 'utf8'))).data;
  } catch (error) {
    // Somebody else's file is left alone.
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
