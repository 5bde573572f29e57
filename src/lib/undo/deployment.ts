import { KlorosError } from '../base/errors.js';
import type { Clock } from '../base/clock.js';
import { currentVersion, deployedExperiments, layoutOf, type Layout } from '../deployment/layout.js';
import { finishLeft } from '../deployment/recovery.js';
import { readRecords, type DeploymentRecord } from '../deployment/record.js';
import { planRollback, type RolledBack, type RollbackReason } from '../deployment/rollback.js';
import type { Undoable, UndoStep } from './undoable.js';

/** Takes a deployment of an experiment back, and tells the colony. */
export type TakeBack = (experiment: string, why: RollbackReason) => Promise<RolledBack & { untold: string | null }>;

/** Where deployments lie, and how one is taken back. */
export interface DeploymentUndoing {
  deployRoot: string;
  clock: Clock;
  takeBack: TakeBack;
}

/** Deployments of winners: the version in use of each experiment, and the files that it configured. */
export function deploymentUndo(undoing: DeploymentUndoing): Undoable {
  const layouts = async () =>
    (await deployedExperiments(undoing.deployRoot)).map((name) => layoutOf(undoing.deployRoot, name));
  return {
    kind: 'deployment',
    find: async (id) => {
      for (const layout of await layouts()) {
        const step = await stepOf(layout, id, undoing);
        if (step !== undefined) return step;
      }
      return undefined;
    },
    list: async () => {
      const found = await Promise.all((await layouts()).map((layout) => inUse(layout)));
      return found.flatMap((record) => (record === undefined ? [] : [{ id: record.id, what: whatOf(record) }]));
    },
  };
}

async function stepOf(layout: Layout, id: string, undoing: DeploymentUndoing): Promise<UndoStep | undefined> {
  const current = await inUse(layout);
  if (current === undefined || !isNamed(current, id, layout)) return refuseOlder(layout, id, current);
  const why = {
    nowMs: undoing.clock.nowMs(),
    by: 'operator' as const,
    errorType: 'RolledBackByOperator',
    reason: 'an operator took it back: kloros undo',
    only: current.id,
  };
  const { files, record } = await planRollback(layout, why);
  return {
    kind: 'deployment',
    id: current.id,
    what: whatOf(current),
    steps: [...files.map(inFuture), switchInWords(record, 'comes back')],
    apply: async () => {
      const done = await undoing.takeBack(layout.experiment, why);
      const told = done.untold === null ? [] : [`the journal could not be told of it: ${done.untold}`];
      return [...done.files.map(inPast), switchInWords(done.record, 'is in use again'), ...told];
    },
  };
}

/** An older deployment was replaced, or taken back before: then it is said what could be undone instead. */
async function refuseOlder(layout: Layout, id: string, current: DeploymentRecord | undefined): Promise<undefined> {
  const older = (await readRecords(layout)).findLast((record) => isNamed(record, id));
  if (older === undefined || older.stage === 'refused' || older.stage === 'proposed') return undefined;
  const isBack = older.stage === 'rolled_back';
  throw new KlorosError({
    code: isBack ? 'UNDONE_ALREADY' : 'UNDO_BLOCKED',
    message: `${older.id} is not in use`,
    why: isBack ? `it was taken back at ${older.at}` : `${current?.id ?? 'another version'} was deployed after it`,
    next: [isBack || current === undefined ? 'kloros undo --list' : `take that back first: kloros undo ${current.id}`],
  });
}

/** What a killed process left is finished first, or what is shown would be in use no more when it is taken back. */
async function inUse(layout: Layout): Promise<DeploymentRecord | undefined> {
  await finishLeft(layout);
  const id = await currentVersion(layout);
  return id === null ? undefined : (await readRecords(layout)).findLast((record) => record.id === id);
}

function isNamed({ id, winner_id, cycle_id }: DeploymentRecord, name: string, layout?: Layout): boolean {
  return [id, winner_id, cycle_id, layout?.experiment].includes(name);
}

function whatOf({ id, at, reason }: DeploymentRecord): string {
  return `${id} was deployed at ${at}: ${reason}`;
}

type FileOutlook = RolledBack['files'][number];

const FUTURE: Record<FileOutlook['state'], string> = {
  restored: 'will be as it was before, byte for byte',
  removed: 'will be removed: it was not there before',
  'keys only': 'has changed since: only the keys that were deployed go back',
};
const PAST: Record<FileOutlook['state'], string> = {
  restored: 'is as it was before, byte for byte',
  removed: 'was removed: it was not there before',
  'keys only': 'had changed since: only the keys that were deployed went back',
};

function inFuture({ path, state }: FileOutlook): string {
  return `${path} ${FUTURE[state]}`;
}

function inPast({ path, state }: FileOutlook): string {
  return `${path} ${PAST[state]}`;
}

function switchInWords({ id, previous }: DeploymentRecord, how: string): string {
  return previous === null ? `${id} goes, and no version is in use` : `${id} goes, ${previous} ${how}`;
}
