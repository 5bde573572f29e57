import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileSafely } from './atomic-file.js';
import { isoTimestamp } from './clock.js';
import { errorCode } from './errors.js';

/** Leaves word when a daemon that rests has work of its own: the time, in a file of its name. */
export async function setAlarm(folder: string, daemon: string, atMs: number): Promise<void> {
  await writeFileSafely(join(folder, daemon), `${isoTimestamp(atMs)}\n`);
}

/** Takes it back, since who is up looks at the time by itself. */
export async function clearAlarm(folder: string, daemon: string): Promise<void> {
  await rm(join(folder, daemon), { force: true });
}

/** Daemons whose time has come. What cannot be read as a time has come too: to wake once too often loses nothing. */
export function alarmsDue(folder: string, nowMs: number): string[] {
  return namesIn(folder).filter((daemon) => !(timeOf(join(folder, daemon)) > nowMs));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []; // Nobody has rested yet.
    throw error;
  }
}

/** Epoch milliseconds of a daemon's alarm; undefined where it has none, or none that can be read. */
export function alarmOf(folder: string, daemon: string): number | undefined {
  return timeOf(join(folder, daemon)) || undefined;
}

/** NaN where the file holds no time, or was taken back just now. */
function timeOf(path: string): number {
  try {
    return Date.parse(readFileSync(path, 'utf8').trim());
  } catch {
    return NaN;
  }
}
