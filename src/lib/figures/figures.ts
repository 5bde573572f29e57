import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorCode } from '../base/errors.js';
import { BOUNDS_SECONDS } from './bins.js';

/** How an attempt ended: `retried` failed and comes again, `given_back` does not count, `lost` was taken over by another. */
export const OUTCOMES = ['handled', 'retried', 'dead', 'given_back', 'lost'] as const;

/** How an attempt ended. */
export type AttemptOutcome = (typeof OUTCOMES)[number];

const count = z.number().min(0);
const bins = z.object({ counts: z.array(count).length(BOUNDS_SECONDS.length + 1), sumSeconds: count });

/** What one instance of a daemon has done since its home exists; it only grows. */
export const figuresSchema = z.object({
  daemon: z.string().min(1),
  attempts: z.object({ handled: count, retried: count, dead: count, given_back: count, lost: count }),
  /** Time that the handler took. */
  handling: bins,
  /** Time from when a signal was said to the beginning of its first attempt. */
  waiting: bins,
});

/** What one instance of a daemon has done since its home exists. */
export type Figures = z.output<typeof figuresSchema>;

/** The file of one instance. */
export function figuresPath(folder: string, daemon: string, instance?: string): string {
  return join(folder, `${daemon}${instance === undefined ? '' : `#${encodeURIComponent(instance)}`}.json`);
}

/** What an instance wrote; undefined where there is nothing, or nothing that can be read. */
export async function readFigures(path: string): Promise<Figures | undefined> {
  try {
    const parsed = figuresSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** What all instances wrote. */
export async function readAllFigures(folder: string): Promise<Figures[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  const files = names.filter((name) => name.endsWith('.json')).sort();
  const all = await Promise.all(files.map((name) => readFigures(join(folder, name))));
  return all.flatMap((figures) => figures ?? []);
}
