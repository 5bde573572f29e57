import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isoTimestamp } from '../base/clock.js';
import type { Finished } from './finished.js';
import { originalName, WHY } from './file-name.js';
import type { RefusedFile } from './look.js';
import { sameStamp, stampAt } from './stamp.js';

/** Where files move from and to, and when. */
export interface Move {
  folder: string;
  quarantine: string;
  nowMs: number;
}

/** Beside a quarantined file: why it is there. */
export interface WhyRow {
  /** Name that it had in the intents folder. */
  name: string;
  /** ISO 8601. */
  quarantined_at: string;
  error: string;
  next: string[];
}

/** What is needed of a refused file once its dead letter is written. */
export type Quarantinable = Pick<RefusedFile, 'name' | 'stamp' | 'quarantineAs' | 'error' | 'next'>;

/** Moves a refused file to quarantine, with the reason beside it; overwrites nothing, and no newer version goes. */
export async function quarantine(file: Quarantinable, { folder, quarantine: target, nowMs }: Move): Promise<Finished> {
  const from = join(folder, file.name);
  const found = stampAt(from);
  if (found === undefined) return { kind: 'finished' };
  if (!sameStamp(found, file.stamp)) return { kind: 'rewritten', name: file.name };
  await mkdir(target, { recursive: true });
  const to = freePath(join(target, file.quarantineAs));
  const why: WhyRow = {
    name: originalName(file.name),
    quarantined_at: isoTimestamp(nowMs),
    error: file.error,
    next: file.next,
  };
  await writeFile(to + WHY, `${JSON.stringify(why)}\n`);
  await rename(from, to);
  return { kind: 'finished' };
}

/** The names tell versions apart, so a taken one means that this very version came back: its copy gets a number. */
function freePath(path: string): string {
  let free = path;
  for (let copy = 2; stampAt(free) !== undefined; copy += 1) free = `${path}.${copy}`;
  return free;
}
