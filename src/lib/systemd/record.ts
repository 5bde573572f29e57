import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { writeFileSafely } from '../base/atomic-file.js';
import { errorCode, KlorosError } from '../base/errors.js';

/** The timer that the colony replaced, as it was. */
const legacySchema = z.object({
  /** Its unit files, by path; kept whole, because whoever cleans up may remove them. */
  units: z.record(z.string(), z.string()),
  wasEnabled: z.boolean(),
  wasActive: z.boolean(),
  /** Where its program can be restored from. */
  git: z.object({ folder: z.string(), commit: z.string(), files: z.array(z.string()) }).nullable(),
});

const recordSchema = z.object({
  scope: z.enum(['system', 'user']),
  installedAt: z.string(),
  /** Path of the home that the units name; records of old have none. */
  home: z.string().optional(),
  /** Version of kloros that the daemons were started with; records of old have none. */
  version: z.string().optional(),
  /** Hash of each file as it was written, by path. */
  files: z.record(z.string(), z.string()),
  /** Units that were enabled, the target among them. */
  units: z.array(z.string()),
  /** Daemons that were asked for by name; null where all are, also those of a later version. Records of old have all. */
  chosen: z.array(z.string()).nullable().default(null),
  /** The user that was made for the daemons; null where it was there before. */
  madeUser: z.string().nullable(),
  legacy: legacySchema.nullable(),
});

/** What an installation did, for everything that comes after it. */
export type InstallRecord = z.output<typeof recordSchema>;

/** The timer that the colony replaced. */
export type Legacy = z.output<typeof legacySchema>;

/** Reads the record; undefined where nothing is installed, or for the home that this one is a copy of. Throws INSTALL_RECORD_UNREADABLE. */
export async function readRecord(path: string): Promise<InstallRecord | undefined> {
  try {
    const record = recordSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    const isOurs = record.home === undefined || record.home === (await realpath(dirname(path)));
    return isOurs ? record : undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new KlorosError({
      code: 'INSTALL_RECORD_UNREADABLE',
      message: `The record of the installation cannot be read: ${path}`,
      why: error instanceof Error ? error.message : String(error),
      next: ['move it away and install again: kloros systemd install'],
      cause: error,
    });
  }
}

/** Writes the record. */
export async function writeRecord(path: string, record: InstallRecord): Promise<void> {
  const home = await realpath(dirname(path));
  await writeFileSafely(path, `${JSON.stringify({ ...record, home }, null, 2)}\n`);
}

/** What a file is recognised by. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
