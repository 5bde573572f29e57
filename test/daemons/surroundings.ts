import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COLONY } from '../../src/lib/signals/origin.js';
import { createLog } from '../../src/lib/base/log.js';
import { configSchema, type Config } from '../../src/lib/config/schema.js';
import type { InvestigationRecord } from '../../src/lib/investigation/record.js';
import { investigationRecordSchema } from '../../src/lib/investigation/record.js';
import type { Answer, Attempt, SourceEnv } from '../../src/lib/runtime/define-daemon.js';
import type { Said } from '../../src/lib/bus/bus.js';
import type { Signal } from '../../src/lib/signals/envelope.js';
import { aloneColony } from '../helpers/alone-colony.js';
import { WrittenJournal } from '../helpers/written-journal.js';

export const NOW_MS = Date.UTC(2025, 10, 15, 10, 30);

/** A fresh home with a source root `src` beside it. */
export function freshConfig(more: Record<string, unknown> = {}): Config {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'kloros-daemon-')));
  const home = join(base, 'home');
  const root = join(base, 'src');
  mkdirSync(home);
  mkdirSync(root);
  const places = { home, sourceRoots: [root], deployRoot: join(home, 'deployed') };
  return configSchema.parse({ ...places, capabilitiesPath: join(home, 'capabilities.yaml'), ...more });
}

/** What the runtime gives a handler, with the state that it keeps between signals. */
export function surroundings(config: Config) {
  const state: Record<string, unknown> = {};
  const lines: string[] = [];
  const attempt: Attempt & SourceEnv = {
    name: 'test',
    config,
    log: createLog({ daemon: 'test', form: 'json', write: (line) => lines.push(line) }),
    clock: { nowMs: () => NOW_MS, monotonicMs: () => 0 },
    random: () => 0.5,
    state: async () => ({ ...state }),
    flow: async () => ({ waiting: 0, lastHandledAtMs: null }),
    journal: new WrittenJournal(),
    colony: aloneColony(),
    ready: async () => undefined,
    abort: new AbortController().signal,
    attempt: 1,
    token: 1,
    idOf: (position) => `said-${position}`,
    begin: async () => undefined,
    from: COLONY,
    receivedAtMs: NOW_MS,
  };
  const keep = (answer: Answer): Said => {
    const said = Array.isArray(answer) ? { signals: answer } : (answer ?? {});
    for (const change of said.state ?? []) state[change.key] = change.value;
    return said;
  };
  return { attempt, lines, keep };
}

/** A Q_INVESTIGATION_COMPLETE about a record. */
export function completionOf(record: InvestigationRecord, id: string): Signal {
  const { question_id, investigation_timestamp, hypothesis, confidence } = record;
  return {
    id,
    signal: 'Q_INVESTIGATION_COMPLETE',
    timestamp: new Date(NOW_MS).toISOString(),
    source: 'investigation_consumer_daemon',
    facts: { question_id, investigation_timestamp, hypothesis, confidence, evidence_count: 3 },
    cause_id: record.signal_id,
    trace: id,
    ecosystem: 'kloros',
    intensity: 1,
    incident_id: id,
    ts: NOW_MS / 1000,
    schema_version: 1,
  };
}

/** A record as the investigation consumer writes it. */
export function recordOf(fields: Record<string, unknown> & { id: string }): InvestigationRecord {
  return investigationRecordSchema.parse({
    timestamp: '2025-11-15T10:29:00.000Z',
    investigation_timestamp: `20251115_102900_${fields.id}`,
    question_id: 'discover.module.audio',
    question: 'What does the audio module do?',
    hypothesis: 'UNDISCOVERED_MODULE_audio',
    status: 'completed',
    success: true,
    module_name: 'audio',
    module_path: 'src.audio',
    purpose: 'Reads audio from the microphone',
    capabilities: ['record audio', 'extract audio features'],
    confidence: 0.9,
    evidence_hash: 'hash-1',
    signal_id: `cause-${fields.id}`,
    ...fields,
  });
}
