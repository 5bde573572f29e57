import { join } from 'node:path';
import type { Clock } from '../base/clock.js';
import { acknowledgedPromotions, restorePromotions, type Acknowledged } from '../promotions/restore.js';
import type { Undoable, UndoStep } from './undoable.js';

/** Promotions that a cycle acknowledged. */
export function acknowledgementUndo(folder: string, clock: Clock): Undoable {
  return {
    kind: 'acknowledgement',
    find: async (id) => {
      const meant = (await acknowledgedPromotions(folder)).filter((promotion) => isNamed(promotion, id));
      return meant.length === 0 ? undefined : stepOf(meant, { folder, clock });
    },
    list: async () =>
      (await acknowledgedPromotions(folder)).map((promotion) => ({ id: promotion.kept, what: whatOf(promotion) })),
  };
}

/** By its file, or all of a cycle by that cycle. */
function isNamed({ kept, cycle_id }: Acknowledged, id: string): boolean {
  return [kept, kept.replace(/\.json$/, ''), cycle_id].includes(id);
}

function whatOf({ name, acknowledged_at: at, cycle_id: cycle, winner }: Acknowledged): string {
  return `promotion ${name} was acknowledged at ${at} by ${cycle}, ${winner === null ? 'without a winner' : `winner ${winner}`}`;
}

function stepOf(promotions: readonly Acknowledged[], { folder, clock }: { folder: string; clock: Clock }): UndoStep {
  const [first] = promotions;
  const isWhole = promotions.length > 1;
  return {
    kind: 'acknowledgement',
    id: isWhole ? (first?.cycle_id ?? '') : (first?.kept ?? ''),
    what: promotions.map(whatOf).join('\n'),
    steps: promotions.map(({ name }) => `${join(folder, name)} will wait again, as if it were dropped now`),
    apply: async () => {
      await restorePromotions(folder, promotions, clock.nowMs());
      return promotions.map(({ name }) => `${join(folder, name)} waits again, as if it were dropped now`);
    },
  };
}
