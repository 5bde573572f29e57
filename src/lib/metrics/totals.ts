import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeFileSafely } from '../base/atomic-file.js';
import { errorCode } from '../base/errors.js';
import type { Observer } from '../bus/observer.js';

const totalsSchema = z.object({
  /** Position in the journal up to which they are counted. */
  upToSeq: z.number().min(0),
  /** Pairs: a record would lose a signal that is named like a part of every object. */
  bySignal: z.array(z.tuple([z.string(), z.number().min(0)])),
});

/** Signals of each name, counted since the exporter first looked at this journal. */
type Totals = z.output<typeof totalsSchema>;

/**
 * Signals by name as a counter that never falls. The journal forgets what is old, so what was counted is kept in a file
 * beside it. Two exporters may keep one file: each writes what is true up to some position.
 */
export async function countedTotals(
  path: string,
  observer: Pick<Observer, 'countsAfter'>,
): Promise<Map<string, number>> {
  const kept = await readTotals(path);
  const since = observer.countsAfter(kept.upToSeq);
  // Another journal than the one that was counted: it begins anew.
  const [before, { newest, bySignal }] =
    since.newest < kept.upToSeq ? [[], observer.countsAfter(0)] : [kept.bySignal, since];
  const sums = new Map(before);
  for (const [name, count] of bySignal) sums.set(name, (sums.get(name) ?? 0) + count);
  if (newest !== kept.upToSeq) await writeFileSafely(path, JSON.stringify({ upToSeq: newest, bySignal: [...sums] }));
  return sums;
}

async function readTotals(path: string): Promise<Totals> {
  const nothing = { upToSeq: 0, bySignal: [] };
  try {
    return totalsSchema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data ?? nothing;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return nothing;
    throw error;
  }
}
