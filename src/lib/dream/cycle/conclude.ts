import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileSafely } from '../../base/atomic-file.js';
import { isoTimestamp } from '../../base/clock.js';
import { endMarked } from '../../base/marked-processes.js';
import type { DreamFailure, DreamResult } from '../result.js';
import { readResult, resultPath } from '../results.js';
import { pruneArtifacts } from './artifacts.js';
import { cycleFolder } from './context.js';
import { releaseLock } from './lock.js';
import { mutationsSoFar, type CycleState } from './state.js';

/**
 * Ends a cycle: whatever still runs for it, its temporary files, its lock; then its result is written. Doing it again
 * after a crash finds the result and changes nothing of it.
 */
export async function conclude(
  state: CycleState,
  failure: DreamFailure | null,
  { dreamLab, nowMs }: { dreamLab: string; nowMs: number },
): Promise<DreamResult> {
  const folder = cycleFolder(dreamLab, state.cycleId);
  await endMarked(state.cycleId);
  await rm(join(folder, 'work'), { recursive: true, force: true, maxRetries: 3 });
  const result = (await readResult(dreamLab, state.cycleId)) ?? resultAt(state, failure, nowMs);
  await pruneArtifacts(
    folder,
    result.experiments.flatMap(({ winner }) => (winner === null ? [] : [winner.id])),
  );
  await writeFileSafely(resultPath(dreamLab, state.cycleId), `${JSON.stringify(result, null, 2)}\n`);
  await releaseLock(dreamLab, state.cycleId);
  return result;
}

/** What a cycle found until now. */
export function resultAt(state: CycleState, failure: DreamFailure | null, nowMs: number): DreamResult {
  const reason = failure ?? failureOfAll(state);
  return {
    cycle_id: state.cycleId,
    trigger_id: state.triggerId,
    topic: state.topic,
    trigger_reason: state.reason,
    promotions: state.promotions,
    seed: state.seed,
    started_at: isoTimestamp(state.startedAtMs),
    ended_at: isoTimestamp(nowMs),
    duration_seconds: Math.max(0, nowMs - state.startedAtMs) / 1_000,
    success: reason === null,
    failure: reason,
    generations: state.generations + (state.current?.search.generation ?? 0),
    mutations_generated: mutationsSoFar(state),
    experiments: state.done,
  };
}

/** A cycle has failed where each of its experiments has. */
function failureOfAll({ done }: CycleState): DreamFailure | null {
  const [first] = done;
  if (first?.failure == null || done.some(({ success }) => success)) return null;
  const { error_type, error_message } = first.failure;
  return { error_type, error_message: `${first.experiment}: ${error_message}` };
}
