import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isoTimestamp } from '../base/clock.js';
import { errorCode } from '../base/errors.js';
import type { Paths } from '../config/paths.js';
import { isIntentName, originalName, WHY } from './file-name.js';
import { stampAt } from './stamp.js';

/** Where an intent is. */
export type IntentState = 'pending' | 'quarantined';

/** An intent's file as `intent list` gives it to programs. */
export interface IntentRow {
  state: IntentState;
  /** Name that its writer gave it. */
  name: string;
  /** Absolute, where it lies now. */
  file: string;
  bytes: number;
  /** ISO 8601, of its last change. */
  written_at: string;
  /** Why it is in quarantine; null for one that is pending. */
  reason: string | null;
  /** What to do about it, most likely first. */
  next: string[];
}

/** A page of the intents in one place. */
export interface IntentPage {
  /** All that are there. */
  total: number;
  /** The first of them by name, at most as many as asked for. */
  rows: IntentRow[];
}

const whySchema = z.object({ name: z.string(), error: z.string(), next: z.array(z.string()).default([]) });

/** Lists at most `limit` intents of a state; a folder that does not exist holds none. */
export async function listOf(state: IntentState, paths: Paths, limit: number): Promise<IntentPage> {
  const folder = state === 'pending' ? paths.intents : paths.quarantine;
  const isOne = state === 'pending' ? isIntentName : (name: string) => !name.endsWith(WHY);
  const names = (await namesIn(folder)).filter(isOne).sort();
  const rows: IntentRow[] = [];
  for (const name of names.slice(0, limit)) rows.push(...(await rowOf(state, folder, name)));
  return { total: names.length, rows };
}

async function rowOf(state: IntentState, folder: string, name: string): Promise<IntentRow[]> {
  const file = join(folder, name);
  const stamp = stampAt(file);
  if (stamp === undefined) return []; // It was routed meanwhile.
  const why = state === 'quarantined' ? await whyOf(file) : undefined;
  return [
    {
      state,
      name: why?.name ?? originalName(name),
      file,
      bytes: stamp.size,
      written_at: isoTimestamp(Math.max(0, stamp.mtimeMs)),
      reason: state === 'pending' ? null : (why?.error ?? 'unknown: no reason lies beside it'),
      next: why?.next ?? [],
    },
  ];
}

// A reason that was lost or damaged must not hide the file that it is about.
async function whyOf(file: string): Promise<z.output<typeof whySchema> | undefined> {
  try {
    return whySchema.parse(JSON.parse(await readFile(file + WHY, 'utf8')));
  } catch {
    return undefined;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
