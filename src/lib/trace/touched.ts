import { openUndoJournal, type UndoRecord } from '../capabilities/undo-journal.js';

/** What was done to the registry, oldest first. */
export function integrationsOf(backups: string): Promise<UndoRecord[]> {
  return openUndoJournal(backups).list();
}

/** Files that were touched, by the id of the signal that led to it. */
export function touchedBy(integrations: readonly UndoRecord[]): Map<string, string[]> {
  return new Map(integrations.map((record) => [record.id, filesOf(record)]));
}

function filesOf({ registry, capability_key: key, stage, init_file: init, id }: UndoRecord): string[] {
  const undo = stage === 'undone' ? 'taken back since' : `take it back: kloros undo ${id}`;
  const made = init === null ? [] : [`${init} (made)`];
  return stage === 'planned' ? [] : [`${registry} (entry ${key}; ${undo})`, ...made];
}
