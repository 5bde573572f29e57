import { KlorosError } from '../base/errors.js';
import type { Clock } from '../base/clock.js';
import { planUndo, undoIntegration, type Undone } from '../capabilities/undo.js';
import { openUndoJournal, type UndoRecord } from '../capabilities/undo-journal.js';
import type { Undoable, UndoStep } from './undoable.js';

/** Integrations of modules: an entry of the registry, and the `__init__.py` that a package lacked. */
export function capabilityUndo(backups: string, clock: Clock): Undoable {
  const journal = openUndoJournal(backups);
  return {
    kind: 'capability',
    find: async (id) => {
      const records = (await journal.list()).filter((record) => isNamed(record, id));
      const open = records.findLast(({ stage }) => stage !== 'undone');
      if (open !== undefined) return stepOf(open, backups, clock);
      if (records.length > 0) throw undoneBefore(records.at(-1)?.capability_key ?? id);
      return undefined;
    },
    list: async () =>
      (await journal.list())
        .filter(({ stage }) => stage !== 'undone')
        .map((record) => ({ id: record.capability_key, what: whatOf(record) }))
        .toReversed(),
  };
}

function isNamed(record: UndoRecord, id: string): boolean {
  return [record.id, record.capability_key, record.module, record.investigation_id].includes(id);
}

function whatOf({ module, capability_key: key, integrated_at: at }: UndoRecord): string {
  return `${module} was registered as ${key} at ${at}`;
}

async function stepOf(record: UndoRecord, backups: string, clock: Clock): Promise<UndoStep> {
  const plan = await planUndo(record);
  return {
    kind: 'capability',
    id: record.capability_key,
    what: whatOf(record),
    steps: wordsOf(record, plan, FUTURE),
    apply: async () => wordsOf(record, await undoIntegration(record, backups, clock.nowMs()), PAST),
  };
}

interface Words {
  restored: string;
  removed: string;
  gone: string;
  initRemoved: string;
  initKept: string;
}

const FUTURE: Words = {
  restored: 'will be as it was before',
  removed: 'will lose this entry and nothing else; it has changed since',
  gone: 'stays as it is: the entry is not there any more',
  initRemoved: 'will be removed',
  initKept: 'stays: somebody has written into it since',
};
const PAST: Words = {
  restored: 'is as it was before',
  removed: 'has lost this entry and nothing else',
  gone: 'stayed as it was: the entry was not there any more',
  initRemoved: 'was removed',
  initKept: 'stayed: somebody has written into it since',
};

function wordsOf(record: UndoRecord, { registry, initFile }: Undone, words: Words): string[] {
  const init = initFile === 'removed' ? words.initRemoved : words.initKept;
  return [
    `${record.registry} ${words[registry]}`,
    ...(initFile === 'none' || record.init_file === null ? [] : [`${record.init_file} ${init}`]),
  ];
}

function undoneBefore(key: string): KlorosError {
  return new KlorosError({
    code: 'UNDONE_ALREADY',
    message: `The integration of ${key} was taken back before`,
    why: 'the last thing that is remembered of it is its undoing',
    next: ['kloros undo --list'],
  });
}
