import { readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { syncFolder, writeFileSafely } from '../base/atomic-file.js';
import { isoTimestamp } from '../base/clock.js';
import { KlorosError } from '../base/errors.js';
import { withFileLock } from '../base/file-lock.js';
import { initContent, isUnchanged, removeInit } from './init-file.js';
import { parseRegistry, type RegistryEntry } from './registry-content.js';
import { readRegistry, sha256Of, type Registry } from './registry.js';
import { openUndoJournal, type UndoRecord } from './undo-journal.js';

/** What was taken back. */
export interface Undone {
  /** restored: the backup; removed: only the entry, since others changed the file; gone: it was not there any more. */
  registry: 'restored' | 'removed' | 'gone';
  /** none was created; removed; or kept, because somebody has written into it since. */
  initFile: 'none' | 'removed' | 'kept';
}

/** What taking an integration back would do to the registry, and to the `__init__.py` that was made. */
export interface UndoPlan extends Undone {
  /** What the registry would hold; null where it would be removed, undefined where it stays as it is. */
  content?: string | Buffer | null;
}

/**
 * What would be done, with nothing touched: where the registry has changed since, only the entry is removed;
 * where the entry itself was edited, throws UNDO_CONFLICT.
 */
export async function planUndo(record: UndoRecord): Promise<UndoPlan> {
  const init = record.init_file;
  const isOurs = init !== null && (await isUnchanged(init, initContent(record.capability_key, record.id)));
  return { ...(await planRegistry(record)), initFile: init === null ? 'none' : isOurs ? 'removed' : 'kept' };
}

/** Takes one integration back, as it was planned at that moment. Throws UNDO_CONFLICT and touches nothing. */
export async function undoIntegration(record: UndoRecord, backups: string, nowMs: number): Promise<Undone> {
  return withFileLock(record.registry, async () => {
    const { registry, content } = await planRegistry(record);
    await replaceRegistry(record.registry, content);
    const initFile = await undoInit(record);
    await openUndoJournal(backups).append({ ...record, stage: 'undone', at: isoTimestamp(nowMs) });
    return { registry, initFile };
  });
}

async function planRegistry(record: UndoRecord): Promise<Omit<UndoPlan, 'initFile'>> {
  const registry = await readRegistry(record.registry);
  if (registry.sha256 === record.sha256_after) return { registry: 'restored', content: await backupOf(record) };
  if (!registry.entries.some((entry) => entry.name === record.capability_key)) return { registry: 'gone' };
  return { registry: 'removed', content: withoutEntry(record, registry) };
}

async function replaceRegistry(path: string, content: UndoPlan['content']): Promise<void> {
  if (content === undefined) return;
  if (content !== null) return writeFileSafely(path, content);
  await rm(path, { force: true });
  return syncFolder(dirname(path));
}

/** The registry as it was; null where there was none. */
async function backupOf(record: UndoRecord): Promise<Buffer | null> {
  if (record.backup === null) return null;
  const backup = await readFile(record.backup);
  if (sha256Of(backup) !== record.sha256_before) throw conflict(record, `the backup ${record.backup} was changed`);
  return backup;
}

/** The registry without the bytes that were added; a line end that closed the last line may have to stay. */
function withoutEntry(record: UndoRecord, registry: Registry): string {
  const others = registry.entries.filter((entry) => entry.name !== record.capability_key);
  const texts = [record.inserted, record.inserted.replace(/^\r?\n/, '')].flatMap((added) => cut(registry.text, added));
  const clean = texts.find((text) => saysOnly(text, others, record.registry));
  if (clean === undefined) throw conflict(record, `the entry ${record.capability_key} was edited since`);
  return clean;
}

function cut(text: string, part: string): string[] {
  const at = text.lastIndexOf(part);
  return at === -1 ? [] : [text.slice(0, at) + text.slice(at + part.length)];
}

function saysOnly(text: string, entries: readonly RegistryEntry[], path: string): boolean {
  try {
    return isDeepStrictEqual(parseRegistry(text, path).entries, entries);
  } catch {
    return false; // Cutting there would break the file.
  }
}

async function undoInit(record: UndoRecord): Promise<Undone['initFile']> {
  if (record.init_file === null) return 'none';
  const removed = await removeInit(record.init_file, initContent(record.capability_key, record.id));
  return removed ? 'removed' : 'kept';
}

function conflict(record: UndoRecord, why: string): KlorosError {
  return new KlorosError({
    code: 'UNDO_CONFLICT',
    message: `The integration of ${record.capability_key} cannot be taken back by itself`,
    why: `In ${record.registry}, ${why}.`,
    next: [`Remove ${record.capability_key} from ${record.registry} by hand`],
  });
}
