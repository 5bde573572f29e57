import { cutText } from '../base/cut-text.js';
import type { Clock } from '../base/clock.js';
import { closest } from '../base/closest.js';
import { KlorosError } from '../base/errors.js';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { acknowledgementUndo } from './acknowledgement.js';
import { capabilityUndo } from './capability.js';
import { deploymentUndo, type TakeBack } from './deployment.js';
import type { Undoable, UndoStep } from './undoable.js';

/** Every kind of thing that can be taken back. */
export function undoables(config: Config, clock: Clock, takeBack: TakeBack): Undoable[] {
  const { backups, promotions } = pathsOf(config);
  return [
    capabilityUndo(backups, clock),
    deploymentUndo({ deployRoot: config.deployRoot, clock, takeBack }),
    acknowledgementUndo(promotions, clock),
  ];
}

/** What any of several ids names; the first that names something counts. Throws KlorosError UNDO_NOT_FOUND. */
export async function findUndo(kinds: readonly Undoable[], ids: readonly string[]): Promise<UndoStep> {
  for (const id of ids) {
    for (const kind of kinds) {
      const step = await kind.find(id);
      if (step !== undefined) return step;
    }
  }
  throw await notFound(kinds, ids[0] ?? '');
}

async function notFound(kinds: readonly Undoable[], id: string): Promise<KlorosError> {
  const open = (await Promise.all(kinds.map((kind) => kind.list()))).flat().map((one) => one.id);
  const near = closest(id, open);
  return new KlorosError({
    code: 'UNDO_NOT_FOUND',
    message: `Nothing that can be taken back is named ${JSON.stringify(cutText(id, 80))}`,
    why: near === undefined ? `${open.length} things could be` : `did you mean ${near}?`,
    next: [...(near === undefined ? [] : [`kloros undo ${near}`]), 'kloros undo --list'],
  });
}
