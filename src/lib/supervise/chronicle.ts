import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { dirname } from 'node:path';
import { errorCode } from '../base/errors.js';
import { folderKey } from '../base/folder-place.js';
import { PROCESS_STATES, type Transition } from './managed-process.js';

/** One measurement of a daemon's process. */
const sampleSchema = z.object({
  /** Epoch milliseconds. */
  atMs: z.number(),
  /** Share of one core since the sample before. */
  cpuPercent: z.number(),
  rssBytes: z.number(),
});

const recordSchema = z.object({
  name: z.string(),
  state: z.enum(PROCESS_STATES),
  pid: z.number().nullable(),
  /** Epoch milliseconds at which it was last ready; null before the first time. */
  readyAtMs: z.number().nullable(),
  /** Epoch milliseconds since which it is not ready though it should be; null while it is. */
  downSinceMs: z.number().nullable(),
  /** Milliseconds since the supervisor started in which it was ready, and in which it was not though it should have been. */
  upMs: z.number(),
  downMs: z.number(),
  /** Epoch milliseconds up to which those two are counted. */
  countedToMs: z.number(),
  /** Starts that nobody asked for, and why the process before had ended; the newest last. */
  restarts: z.array(z.object({ atMs: z.number(), why: z.string() })),
  /** All of them since the home exists, those that are forgotten included. */
  restartCount: z.number().default(0),
  samples: z.array(sampleSchema),
  /** Why its last process ended. */
  lastEnd: z.string().optional(),
});

/** What a supervisor knows of its daemons, kept in a file so that others can read it. */
export const chronicleSchema = z.object({
  /** The supervisor's process, named so that no other is taken for it. */
  supervisor: z.object({ bootId: z.string(), pid: z.number(), startTicks: z.string() }),
  /** Its folder when it was written: a copy of it speaks of another home's processes. */
  folder: z.string().optional(),
  startedAtMs: z.number(),
  writtenAtMs: z.number(),
  daemons: z.array(recordSchema),
});

/** One measurement. */
export type Sample = z.output<typeof sampleSchema>;

/** What is known of one daemon. */
export type DaemonRecord = z.output<typeof recordSchema>;

/** What is known of all. */
export type Chronicle = z.output<typeof chronicleSchema>;

/** A restart older than this is forgotten: no limit looks further back. */
const REMEMBERED_MS = 7 * 86_400_000;
const MOST_RESTARTS = 1_000;
/** A quarter of an hour, one measurement every ten seconds. */
const MOST_SAMPLES = 90;

/** A daemon of which nothing has happened yet, with the restarts that an earlier supervisor saw. */
export function newRecord(name: string, nowMs: number, earlier?: DaemonRecord): DaemonRecord {
  const nothing = { pid: null, readyAtMs: null, downSinceMs: null, upMs: 0, downMs: 0, samples: [] };
  const { restarts = [], restartCount = restarts.length } = earlier ?? {};
  return { name, state: 'STARTING', ...nothing, countedToMs: nowMs, restarts, restartCount };
}

/** The record after a daemon's process changed its state. */
export function afterTransition(record: DaemonRecord, transition: Transition, nowMs: number): DaemonRecord {
  const { state, pid = null, why = 'it ended' } = transition;
  const counted = countedTo(record, nowMs);
  const isAgain = state === 'STARTING' && record.state === 'BACKOFF';
  const restarts = isAgain ? [...record.restarts, { atMs: nowMs, why: record.lastEnd ?? why }] : record.restarts;
  return {
    ...counted,
    state,
    pid,
    readyAtMs: state === 'RUNNING' ? nowMs : record.readyAtMs,
    downSinceMs: downSince(record, state, nowMs),
    restartCount: record.restartCount + Number(isAgain),
    lastEnd: state === 'BACKOFF' || state === 'FATAL' ? why : record.lastEnd,
    restarts: restarts.filter(({ atMs }) => nowMs - atMs < REMEMBERED_MS).slice(-MOST_RESTARTS),
  };
}

/** The record after a measurement. */
export function afterSample(record: DaemonRecord, sample: Sample): DaemonRecord {
  return { ...countedTo(record, sample.atMs), samples: [...record.samples, sample].slice(-MOST_SAMPLES) };
}

/** The record with the time up to now counted as ready, as not ready, or as neither while it first starts or is stopped. */
export function countedTo(record: DaemonRecord, nowMs: number): DaemonRecord {
  const passedMs = Math.max(0, nowMs - record.countedToMs);
  const isUp = record.state === 'RUNNING';
  return {
    ...record,
    upMs: record.upMs + (isUp ? passedMs : 0),
    downMs: record.downMs + (!isUp && record.downSinceMs !== null ? passedMs : 0),
    countedToMs: nowMs,
  };
}

function downSince(record: DaemonRecord, state: DaemonRecord['state'], nowMs: number): number | null {
  if (['RUNNING', 'IDLE', 'STOPPING', 'STOPPED'].includes(state)) return null;
  return state === 'STARTING' && record.downSinceMs === null ? null : (record.downSinceMs ?? nowMs);
}

/** What a supervisor of this home wrote; undefined where there is nothing, or nothing that can be read. */
export async function readChronicle(path: string): Promise<Chronicle | undefined> {
  try {
    const parsed = chronicleSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    const isOurs = parsed.data?.folder === undefined || parsed.data.folder === folderKey(dirname(path));
    return parsed.success && isOurs ? parsed.data : undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
