import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileSafely } from '../../base/atomic-file.js';
import { isoTimestamp } from '../../base/clock.js';
import { errorCode } from '../../base/errors.js';
import { BASELINE, ranked, type SearchPlan, type SearchState } from '../search/search.js';
import { cycleFolder } from '../cycle-folder.js';
import { cycleUnderway } from './lock.js';
import type { CycleState } from './state.js';

/** Where a search is, in the middle of a generation. Fitness is on the scale of what was measured so far. */
export interface Progress {
  cycle_id: string;
  experiment: string;
  generation: number;
  /** Candidates of this generation, and how many of them are judged. */
  candidates: number;
  judged: number;
  /** Judged in all generations, what is in use included. */
  evaluated: number;
  failed: number;
  best: { id: string; fitness: number } | null;
  /** Fitness of what is in use. */
  baseline: number | null;
  candidates_left: number;
  generations_left: number;
  /** ISO 8601; everything ends by then. */
  ends_by: string;
}

/** A generation under way: the search as it would be if it ended now. */
export interface Underway {
  plan: SearchPlan;
  search: SearchState;
  candidates: number;
  judged: number;
}

const FILE = 'progress.json';

/** Where a search is. */
export function progressOf(
  { cycleId, deadlineMs }: CycleState,
  experiment: string,
  { plan, search, candidates, judged }: Underway,
): Progress {
  const all = ranked(plan, search.judged);
  const [best] = all;
  const mutations = search.judged.filter(({ id }) => id !== BASELINE).length;
  return {
    cycle_id: cycleId,
    experiment,
    generation: search.generation - 1,
    candidates,
    judged,
    evaluated: search.judged.length,
    failed: search.judged.length - all.length,
    best: best === undefined ? null : { id: best.id, fitness: best.fitness },
    baseline: all.find(({ id }) => id === BASELINE)?.fitness ?? null,
    candidates_left: Math.max(0, plan.budget.max_candidates - mutations),
    generations_left: Math.max(0, plan.budget.max_generations - search.generation + 1),
    ends_by: isoTimestamp(deadlineMs),
  };
}

/** Keeps it in the folder of the cycle, for who looks from outside. */
export async function writeProgress(dreamLab: string, progress: Progress): Promise<void> {
  const path = join(cycleFolder(dreamLab, progress.cycle_id), FILE);
  await writeFileSafely(path, `${JSON.stringify(progress, null, 2)}\n`);
}

/** Where the cycle is that runs now; undefined where none does, or before its first candidate. */
export async function progressUnderway(dreamLab: string): Promise<Progress | undefined> {
  const cycleId = await cycleUnderway(dreamLab);
  if (cycleId === undefined) return undefined;
  try {
    // Written by writeProgress() alone, atomically.
    return JSON.parse(await readFile(join(cycleFolder(dreamLab, cycleId), FILE), 'utf8')) as Progress;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
