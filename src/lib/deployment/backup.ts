import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileSafely } from '../base/atomic-file.js';
import { KlorosError } from '../base/errors.js';
import { pathBelow } from '../base/safe-path.js';
import { currentEdits, editTarget } from './edit-target.js';
import type { Layout } from './layout.js';
import type { Target } from './plan.js';
import { copyOf, fileChange, readIfThere, sha256Of, stateOf, type FileChange } from './transaction.js';

const backupSchema = z.object({ id: z.string(), previous: z.string().nullable(), files: z.array(fileChange) });

/** What was there before a deployment, with copies of every byte that it changes. */
export type Backup = z.output<typeof backupSchema>;

const NEW_FILE_MODE = 0o644;

/** Copies what a deployment will change, and what it will be, before anything changes. Throws TARGET_NOT_EDITABLE. */
export async function makeBackup(
  layout: Layout,
  { id, previous, targets }: { id: string; previous: string | null; targets: readonly Target[] },
): Promise<Backup> {
  const folder = pathBelow(layout.backups, id);
  await rm(folder, { recursive: true, force: true }); // What a killed attempt left is none.
  const files: FileChange[] = [];
  for (const [index, { path, format, edits }] of targets.entries()) {
    const before = await copyOf(path, join(folder, `${index}.before`));
    const text = before === null ? '' : await readFile(before.copy, 'utf8');
    const bytes = Buffer.from(editTarget(text, edits, { path, format }));
    const after = await stateOf(bytes, { mode: before?.mode ?? NEW_FILE_MODE, copy: join(folder, `${index}.after`) });
    files.push({ path, format, before, after, edits });
  }
  const backup = { id, previous, files };
  await writeFileSafely(join(folder, 'backup.json'), JSON.stringify(backup, null, 2));
  return backup;
}

/** The backup of a deployment, its copies proven whole. Throws BACKUP_NOT_FOUND and BACKUP_DAMAGED. */
export async function readBackup(layout: Layout, id: string): Promise<Backup> {
  const path = pathBelow(layout.backups, id, 'backup.json');
  const text = await readIfThere(path);
  if (text === undefined)
    throw unusable(
      'BACKUP_NOT_FOUND',
      `There is no backup of ${id}`,
      `${path} is not there, or not any more: deployment.keep`,
    );
  const backup = backupSchema.parse(JSON.parse(text.toString('utf8')));
  for (const { before } of backup.files) {
    const bytes = before === null ? undefined : await readIfThere(before.copy);
    if (before !== null && (bytes === undefined || sha256Of(bytes) !== before.sha256))
      throw unusable('BACKUP_DAMAGED', `The backup of ${id} is damaged`, `${before.copy} is not what was copied`);
  }
  return backup;
}

/** Whether there is a copy of anything: where no file is mapped, or each is new, there was nothing to copy. */
export function holdsBytes(files: readonly FileChange[]): boolean {
  return files.some(({ before }) => before !== null);
}

/** The same changes backwards: every byte as it was, or only the keys where somebody edited the file since. */
export async function reversed({ files }: Backup): Promise<FileChange[]> {
  return Promise.all(
    files.map(async ({ path, format, before, after, edits }) => {
      const text = before === null ? '' : await readFile(before.copy, 'utf8');
      const keys = edits.map(({ key }) => key);
      return { path, format, before: after, after: before, edits: currentEdits(text, keys, format) };
    }),
  );
}

function unusable(code: string, message: string, why: string): KlorosError {
  return new KlorosError({ code, message, why, next: ['see what was deployed when: kloros dream diff'] });
}
