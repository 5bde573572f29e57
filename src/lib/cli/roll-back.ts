import { systemClock } from '../base/clock.js';
import { toError } from '../base/errors.js';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { announcement } from '../deployment/announce.js';
import { layoutOf } from '../deployment/layout.js';
import { noteOperatorsRollbacks, noteOutcome } from '../deployment/note-outcome.js';
import { finishLeft } from '../deployment/recovery.js';
import { rollback, type RollbackReason, type RolledBack } from '../deployment/rollback.js';
import { sayFollowing } from '../operator/say-following.js';
import { idMaker } from '../signals/id.js';
import { withBus } from './with-bus.js';

/** A rollback, and how the colony was told of it. */
export interface ToldRollback extends RolledBack {
  /** Id of the Q_DEPLOYMENT_FAILED that says so; null where the journal could not be reached. */
  signal_id: string | null;
  /** Why it could not be reached. */
  untold: string | null;
}

/** Why an operator takes a deployment back. */
export function operatorsReason(reason: string): RollbackReason {
  return { nowMs: systemClock.nowMs(), by: 'operator', errorType: 'RolledBackByOperator', reason };
}

/** Takes a deployment back and tells the colony, as an effect of what announced it. That it cannot be told undoes nothing. */
export async function rollBackAndTell(config: Config, experiment: string, why: RollbackReason): Promise<ToldRollback> {
  const layout = layoutOf(config.deployRoot, experiment);
  await finishLeft(layout);
  await noteOperatorsRollbacks(pathsOf(config), config.deployRoot);
  const done = await rollback(layout, why);
  await noteOutcome(pathsOf(config), experiment, done.record);
  const drafts = await announcement(layout, done.record);
  const after = { signal: 'Q_WINNER_DEPLOYED', fact: 'deployment_id', value: done.record.id };
  const nowMs = () => systemClock.nowMs();
  const makeId = idMaker(Math.random);
  const options = { after, nowMs, nextId: () => makeId(nowMs()) };
  try {
    const [signal] = await withBus(config, (bus) => sayFollowing(bus, drafts, options));
    return { ...done, signal_id: signal?.id ?? null, untold: null };
  } catch (error) {
    return { ...done, signal_id: null, untold: toError(error).message };
  }
}
