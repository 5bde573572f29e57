import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { isoTimestamp, type Clock } from '../base/clock.js';
import type { JournalView, Signal, StateChange } from '../bus/bus.js';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { readFacts } from '../signals/facts.js';
import { pruneRecordings } from './folder.js';
import { pastOf, record } from './record.js';
import { RecordingWriter } from './write.js';

/** What the flight recorder is given. */
export interface FlightEnv {
  name: string;
  config: Config;
  clock: Clock;
  journal: Pick<JournalView, 'browse' | 'newest'>;
  state(prefix?: string): Promise<Record<string, unknown>>;
}

/** An alert whose minutes are still to be kept. */
interface Pending {
  id: string;
  atMs: number;
  reason: string;
}

/**
 * The flight recorder keeps the minutes around a critical alert.
 *
 * alert heard → pending, in the journal → its minutes are over → written by the next round → forgotten.
 * An alert within the minutes of one that is pending is in that recording, so a storm of them makes no storm of files. A round that
 * cannot write, e.g. on a full disk, leaves it pending for the next: the alert itself is handled, and nobody waits.
 */
const PREFIX = 'flight:';

/** Hears an alert. */
export async function noteAlert(
  signal: Signal,
  env: Pick<FlightEnv, 'config' | 'state'> & { receivedAtMs: number },
): Promise<StateChange[]> {
  const { alert_type, severity } = readFacts(signal, 'Q_HEALTH_ALERT');
  const { afterMs, maxFiles } = env.config.flight;
  if (severity !== 'critical' || maxFiles === 0) return [];
  const atMs = env.receivedAtMs;
  const isCovered = (await pendingOf(env)).some((one) => one.atMs <= atMs && atMs <= one.atMs + afterMs);
  if (isCovered) return [];
  return [{ key: PREFIX + signal.id, value: { id: signal.id, atMs, reason: `Q_HEALTH_ALERT ${alert_type}` } }];
}

/** Writes every recording whose minutes are over. */
export async function keepFlights(env: FlightEnv): Promise<StateChange[]> {
  const nowMs = env.clock.nowMs();
  const due = (await pendingOf(env)).filter(({ atMs }) => atMs + env.config.flight.afterMs <= nowMs);
  for (const pending of due) await keep(pending, env);
  if (due.length > 0) await pruneRecordings(pathsOf(env.config).flights, env.config.flight);
  return due.map(({ id }) => ({ key: PREFIX + id, value: null }));
}

async function pendingOf(env: Pick<FlightEnv, 'state'>): Promise<Pending[]> {
  return Object.values(await env.state(PREFIX)) as Pending[];
}

/** A second time, after a crash, it replaces what it wrote. */
async function keep({ id, atMs, reason }: Pending, { name, config, clock, journal }: FlightEnv): Promise<void> {
  const { beforeMs, afterMs, maxBytes } = config.flight;
  const range = { sinceMs: atMs - beforeMs, untilMs: atMs + afterMs };
  const folder = pathsOf(config).flights;
  const file = `${isoTimestamp(atMs).replaceAll(/[-:]|\.\d+/g, '')}-${id.replaceAll(/[^\w-]/g, '_')}.jsonl.gz`;
  const opening = {
    ...{ recorded_at: isoTimestamp(clock.nowMs()), by: `flight recorder of ${name}`, home: config.home, patterns: [] },
    ...{ range: { since: isoTimestamp(range.sinceMs), until: isoTimestamp(range.untilMs) }, reason: `${reason} ${id}` },
  };
  const unfinished = join(folder, `.${file}`);
  const writer = await RecordingWriter.open(unfinished, opening, { overwrite: true, maxBytes });
  const everything = { matches: () => true, filter: () => true, count: Infinity };
  await record(pastOf(journal, range), writer, { ...everything, abort: new AbortController().signal });
  await rename(unfinished, join(folder, file));
}
