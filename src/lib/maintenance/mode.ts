import { readFileSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { cutText } from '../base/cut-text.js';
import { writeFileSafely } from '../base/atomic-file.js';
import { momentOf, momentSchema, stepBetween, type Moment } from '../base/clock-step.js';
import { isoTimestamp, type Clock } from '../base/clock.js';
import { toError } from '../base/errors.js';
import { withFileLock } from '../base/file-lock.js';

/** Maintenance: daemons finish what they hold and take up nothing new. */
export interface Maintenance {
  reason: string | null;
  /** Epoch milliseconds. */
  sinceMs: number;
  /** Epoch milliseconds at which it is over by itself; null: when somebody ends it. */
  untilMs: number | null;
}

const LONGEST_REASON = 500;

/**
 * The maintenance that a file says is on. The file is on by being there, as existing tools make it: empty, or with any
 * text, which is the reason. What kloros writes into it is JSON with an end, after which it is over though it is there,
 * and where both clocks stood, so that setting the wall clock makes it no longer and no shorter.
 * Read synchronously, since it is asked before each claim: a microsecond where there is no file.
 */
export function maintenanceAt(path: string, clock: Pick<Clock, 'nowMs'>, moment = momentOf): Maintenance | undefined {
  const sinceMs = changedMs(path);
  if (sinceMs === undefined) return undefined;
  const now = moment(clock);
  const maintenance = { ...fromText(textOf(path), now), sinceMs };
  return maintenance.untilMs !== null && maintenance.untilMs <= now.wallMs ? undefined : maintenance;
}

/** Turns it on, or replaces reason and end of one that is on. */
export async function enterMaintenance(
  path: string,
  { reason, untilMs }: Pick<Maintenance, 'reason' | 'untilMs'>,
  now: Moment,
): Promise<void> {
  const until = untilMs === null ? null : isoTimestamp(untilMs);
  const text = JSON.stringify({ reason, since: isoTimestamp(now.wallMs), until, set: now });
  await withFileLock(path, () => writeFileSafely(path, `${text}\n`));
}

/** Turns it off. */
export async function leaveMaintenance(path: string): Promise<void> {
  await withFileLock(path, () => rm(path, { force: true, recursive: true }));
}

/** Removes the file of a maintenance that is over, for those who look only whether it is there; answers whether it did. */
export async function removeFinished(path: string, clock: Pick<Clock, 'nowMs'>, moment = momentOf): Promise<boolean> {
  const isFinished = () => changedMs(path) !== undefined && maintenanceAt(path, clock, moment) === undefined;
  if (!isFinished()) return false;
  return withFileLock(path, async () => {
    if (!isFinished()) return false; // Somebody prolonged it meanwhile.
    await rm(path);
    return true;
  });
}

function changedMs(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  } catch {
    return undefined; // The home itself cannot be reached, which others tell of.
  }
}

/** It is on whatever can be read of why. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return toError(error).message;
  }
}

function fromText(text: string, now: Moment): Pick<Maintenance, 'reason' | 'untilMs'> {
  const words = cutText(text.trim(), LONGEST_REASON);
  try {
    const { reason, until, set } = JSON.parse(text) as { reason?: unknown; until?: unknown; set?: unknown };
    const { data: before } = momentSchema.safeParse(set);
    const stepMs = before === undefined ? 0 : stepBetween(before, now);
    const untilMs = typeof until === 'string' ? Date.parse(until) + stepMs : NaN;
    return { reason: typeof reason === 'string' ? reason : null, untilMs: Number.isNaN(untilMs) ? null : untilMs };
  } catch {
    return { reason: words === '' ? null : words, untilMs: null };
  }
}
