import { join } from 'node:path';
import { z } from 'zod';
import { appendJsonLines, readRows } from '../base/json-lines.js';

const recordSchema = z.object({
  /** Id of the signal that caused the integration. */
  id: z.string(),
  /** ISO 8601 of this line. */
  at: z.string(),
  /** planned: before anything is touched; done: all of it is; undone: taken back. The last line of an id holds. */
  stage: z.enum(['planned', 'done', 'undone']),
  action: z.literal('integrate-module'),
  investigation_id: z.string(),
  capability_key: z.string(),
  /** Dotted, e.g. `src.audio`. */
  module: z.string(),
  capabilities: z.array(z.string()),
  integrated_at: z.string(),
  registry: z.string(),
  /** Copy of the registry as it was; null where there was none. */
  backup: z.string().nullable(),
  sha256_before: z.string().nullable(),
  sha256_after: z.string(),
  /** The bytes added to the registry. */
  inserted: z.string(),
  /** `__init__.py` that was created; null where none was. */
  init_file: z.string().nullable(),
});

/** What was done to the registry and the module's folder, complete enough to take it back. */
export type UndoRecord = z.output<typeof recordSchema>;

/** Append-only memory of integrations, `<home>/backups/undo.jsonl`. */
export interface UndoJournal {
  append(record: UndoRecord): Promise<void>;
  /** The last line of one causing signal. */
  find(id: string): Promise<UndoRecord | undefined>;
  /** The last line of every causing signal, oldest first. */
  list(): Promise<UndoRecord[]>;
  /** Where the copy of the registry for this causing signal goes. */
  backupPath(id: string): string;
}

/** Opens the journal in the backups folder; nothing is created before the first append. */
export function openUndoJournal(backups: string): UndoJournal {
  const path = join(backups, 'undo.jsonl');
  return {
    append: async (record) => {
      await appendJsonLines(path, [record]);
    },
    find: async (id) => (await latest(path)).get(id),
    list: async () => [...(await latest(path)).values()],
    backupPath: (id) => join(backups, `capabilities.${id.replace(/[^\w.-]/g, '_').slice(0, 120)}.yaml`),
  };
}

async function latest(path: string): Promise<Map<string, UndoRecord>> {
  return new Map((await readRows(path, recordSchema)).map((record) => [record.id, record]));
}
