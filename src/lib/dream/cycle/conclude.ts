import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileSafely } from '../../base/atomic-file.js';
import { stepBetween, type Moment } from '../../base/clock-step.js';
import { isoTimestamp } from '../../base/clock.js';
import { endMarked, markIn } from '../../base/marked-processes.js';
import type { DreamFailure, DreamResult } from '../result.js';
import { readCandidates } from '../candidates.js';
import { failuresOf } from '../failures.js';
import { readResult, resultPath } from '../results.js';
import { pruneArtifacts } from './artifacts.js';
import { cycleFolder } from '../cycle-folder.js';
import { caughtUp, interruptedResult, type OnRecord } from './interrupted.js';
import { releaseLock } from './lock.js';
import { readSnapshot } from './snapshot.js';
import { mutationsSoFar, type CycleState } from './state.js';

/**
 * Ends a cycle: whatever still runs for it, its temporary files, its lock; then its result is written. Doing it again
 * after a crash finds the result and changes nothing of it.
 */
export async function conclude(
  state: CycleState,
  failure: DreamFailure | null,
  { dreamLab, now }: { dreamLab: string; now: Moment },
): Promise<DreamResult> {
  const folder = cycleFolder(dreamLab, state.cycleId);
  await endMarked(markIn(dreamLab, state.cycleId));
  await rm(join(folder, 'work'), { recursive: true, force: true, maxRetries: 3 });
  const known = await readResult(dreamLab, state.cycleId);
  const result = known ?? resultAt(state, failure, { now, ...(await onRecord(state, dreamLab)) });
  await pruneArtifacts(
    folder,
    result.experiments.flatMap(({ winner }) => (winner === null ? [] : [winner.id])),
  );
  await writeFileSafely(resultPath(dreamLab, state.cycleId), `${JSON.stringify(result, null, 2)}\n`);
  await releaseLock(dreamLab, state.cycleId);
  return result;
}

async function onRecord({ cycleId, current }: CycleState, dreamLab: string): Promise<OnRecord> {
  const rows = await readCandidates(dreamLab, cycleId);
  // A cycle that is at no experiment has them all in its state.
  return { rows, experiments: current === null ? undefined : await readSnapshot(dreamLab, cycleId) };
}

/** What a cycle found until now, also of an experiment that it was in the middle of. */
export function resultAt(
  before: CycleState,
  failure: DreamFailure | null,
  { now, ...known }: OnRecord & { now: Moment },
): DreamResult {
  const state = caughtUp(before, known);
  const startedAtMs = state.startedAtMs + stepBetween(state.begun, now);
  const reason = failure ?? failureOfAll(state);
  const experiments = [...state.done, ...interruptedResult(state, reason, known)];
  return {
    cycle_id: state.cycleId,
    trigger_id: state.triggerId,
    topic: state.topic,
    trigger_reason: state.reason,
    promotions: state.promotions,
    seed: state.seed,
    started_at: isoTimestamp(startedAtMs),
    ended_at: isoTimestamp(now.wallMs),
    duration_seconds: Math.max(0, now.wallMs - startedAtMs) / 1_000,
    success: reason === null,
    failure: reason,
    generations: state.generations + (state.current?.search.generation ?? 0),
    mutations_generated: mutationsSoFar(state),
    experiments: experiments.map((one) => ({
      ...one,
      failures: failuresOf(known.rows.filter(({ experiment }) => experiment === one.experiment)),
    })),
  };
}

/** A cycle has failed where each of its experiments has. */
function failureOfAll({ done }: CycleState): DreamFailure | null {
  const [first] = done;
  if (first?.failure == null || done.some(({ success }) => success)) return null;
  const { error_type, error_message } = first.failure;
  return { error_type, error_message: `${first.experiment}: ${error_message}` };
}
