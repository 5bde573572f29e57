import { statSync } from 'node:fs';
import { systemClock } from '../base/clock.js';
import type { Bus } from '../bus/bus.js';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { Replay } from '../dead-letter/replay.js';
import { RunRecord } from '../dead-letter/run-record.js';
import type { DeadRow } from '../operator/top/board.js';
import { idMaker } from '../signals/id.js';
import { storeOf } from './dlq-selection.js';

const WATCH_MS = 5_000;

/** Reads the open dead letters, anew only when the file has changed. */
export function deadRowsOf(config: Config): () => Promise<DeadRow[]> {
  const store = storeOf(config);
  const { failedSignals } = pathsOf(config);
  let version = '';
  let rows: DeadRow[] = [];
  return async () => {
    const stat = statSync(failedSignals, { throwIfNoEntry: false });
    const now = `${stat?.ino} ${stat?.size} ${stat?.mtimeMs}`;
    if (now === version) return rows;
    const read: DeadRow[] = [];
    for await (const { id, signalName: signal, daemon, error, failedAtMs } of store.letters())
      read.push({ id, signal, daemon, error, failedAtMs });
    rows = read;
    version = now;
    return rows;
  };
}

/** Replays one dead letter and answers what became of it. */
export async function replayOne(id: string, at: { config: Config; bus: Bus; abort: AbortSignal }): Promise<string> {
  const { replays, intents, quarantine } = pathsOf(at.config);
  const startedAtMs = systemClock.nowMs();
  const header = { startedAtMs, reason: 'kloros bus top', broadcast: false, rate: null, ramp: null, watchMs: WATCH_MS };
  const record = new RunRecord(replays, { ...header, run: idMaker(Math.random)(startedAtMs), ids: [id] });
  await record.begin();
  const { rows } = await new Replay(record, {
    bus: at.bus,
    store: storeOf(at.config),
    folders: { intents, quarantine },
    clock: systemClock,
    abort: at.abort,
    progress: () => undefined,
  }).run();
  const [row] = rows;
  return row === undefined ? 'it has left the queue' : [row.became, row.detail].filter(Boolean).join(': ');
}
