import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileSafely } from './atomic-file.js';
import { momentSchema, stepBetween, type Moment } from './clock-step.js';
import { isoTimestamp } from './clock.js';
import { errorCode } from './errors.js';

const alarmSchema = z.object({ at: z.iso.datetime(), set: momentSchema });

/**
 * Leaves word when a daemon that rests has work of its own: the time, in a file of its name, and where the clocks stood
 * when it was left, so that setting the wall clock makes nobody rest longer, or shorter.
 */
export async function setAlarm(folder: string, daemon: string, { atMs, now }: Alarm): Promise<void> {
  await writeFileSafely(join(folder, daemon), `${JSON.stringify({ at: isoTimestamp(atMs), set: now })}\n`);
}

/** When somebody is to be woken, and both clocks now. */
export interface Alarm {
  /** Epoch milliseconds. */
  atMs: number;
  now: Moment;
}

/** Takes it back, since who is up looks at the time by itself. */
export async function clearAlarm(folder: string, daemon: string): Promise<void> {
  await rm(join(folder, daemon), { force: true });
}

/** What daemons that rest have left word of. */
export class Alarms {
  readonly #folder: string;
  #names: readonly string[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Daemons whose time has come. To wake once too often loses nothing: what cannot be read as a time has come, and so has,
   * once, that of everybody whose word a cleaner took away with the folder.
   */
  due(now: Moment): readonly string[] {
    const names = namesIn(this.#folder);
    const lost = this.#names;
    this.#names = names ?? [];
    return names?.filter((daemon) => !(timeOf(join(this.#folder, daemon), now) > now.wallMs)) ?? lost;
  }
}

/** Undefined where there is no folder. */
function namesIn(folder: string): string[] | undefined {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined; // Nobody has rested yet.
    throw error;
  }
}

/** Epoch milliseconds of a daemon's alarm; undefined where it has none, or none that can be read. */
export function alarmOf(folder: string, daemon: string, now: Moment): number | undefined {
  return timeOf(join(folder, daemon), now) || undefined;
}

/** By the wall clock of now; NaN where the file holds no time, or was taken back just now. */
function timeOf(path: string, now: Moment): number {
  try {
    const { at, set } = alarmSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    return Date.parse(at) + stepBetween(set, now);
  } catch {
    return NaN;
  }
}
