import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { COLONY } from '../../../src/lib/signals/origin.js';
import { investigationConsumer } from '../../../src/daemons/investigation-consumer.js';
import { createLog } from '../../../src/lib/base/log.js';
import { configSchema, type Config } from '../../../src/lib/config/schema.js';
import { investigationRecordSchema, type InvestigationRecord } from '../../../src/lib/investigation/record.js';
import type { Attempt } from '../../../src/lib/runtime/define-daemon.js';
import type { Draft, Signal } from '../../../src/lib/signals/envelope.js';
import { checkFacts } from '../../../src/lib/signals/facts.js';
import { FIXTURES, temporaryFolder } from './tree.js';
import { aloneColony } from '../../helpers/alone-colony.js';
import { WrittenJournal } from '../../helpers/written-journal.js';

/** What the daemon opens. */
export type InvestigationResources = Parameters<NonNullable<typeof investigationConsumer.close>>[0];

/** Changed by tests that move the home or the roots. */
export const colony: { config: Config } = { config: unset() };

let folder = '';
let resources: InvestigationResources;
let asked = 0;

/** A path below the source root. */
export const source = (...path: string[]) => join(folder, 'src', ...path);

/** Starts the daemon's resources over a copy of the fixtures. */
export async function openColony(): Promise<void> {
  folder = temporaryFolder();
  cpSync(join(FIXTURES, 'src'), source(), { recursive: true });
  const home = join(folder, 'home');
  mkdirSync(home);
  colony.config = configSchema.parse({
    home,
    sourceRoots: [source()],
    deployRoot: join(home, 'deployed'),
    capabilitiesPath: join(home, 'capabilities.yaml'),
    investigation: { maxFileBytes: 20_000 },
  });
  resources = await openDaemon();
}

/** Ends them and removes every file. */
export async function closeColony(): Promise<void> {
  await investigationConsumer.close?.(resources);
  rmSync(folder, { recursive: true });
}

/** What the runtime gives the handler. */
export function attempt(abort = new AbortController().signal): Attempt {
  const log = createLog({ daemon: investigationConsumer.name, form: 'json', write: () => undefined });
  const clock = { nowMs: () => Date.parse('2026-11-24T03:10:02.123Z'), monotonicMs: () => 0 };
  return {
    name: investigationConsumer.name,
    config: colony.config,
    log,
    clock,
    random: () => 0,
    state: async () => ({}),
    flow: async () => ({ waiting: 0, lastHandledAtMs: null }),
    journal: new WrittenJournal(),
    colony: aloneColony(),
    abort,
    attempt: 1,
    token: 1,
    idOf: () => 'said',
    begin: async () => undefined,
    from: COLONY,
    receivedAtMs: clock.nowMs() - 123,
  };
}

/** Another instance over the same files. */
export async function openDaemon(): Promise<InvestigationResources> {
  const opened = await investigationConsumer.open?.(attempt());
  if (!opened) throw new Error('the daemon opens nothing');
  return opened;
}

/** A Q_CURIOSITY_INVESTIGATE. */
export function signalOf(facts: Record<string, unknown>, id = `q${(asked += 1)}`): Signal {
  const timestamp = '2026-11-24T03:10:02.000Z';
  const envelope = { ecosystem: '', intensity: 1, incident_id: id, ts: 0, schema_version: 1 as const };
  return {
    id,
    signal: 'Q_CURIOSITY_INVESTIGATE',
    timestamp,
    source: 'test',
    facts,
    cause_id: null,
    trace: id,
    ...envelope,
  };
}

/** The facts of the one Q_INVESTIGATION_COMPLETE that answers a signal, checked as the runtime does. */
export async function answer(signal: Signal, by = resources): Promise<Record<string, unknown>> {
  const said = (await investigationConsumer.handle?.(signal, attempt(), by)) as { signals: Draft[] };
  const drafts = said.signals;
  expect(drafts.map((draft) => draft.signal)).toEqual(['Q_INVESTIGATION_COMPLETE']);
  return checkFacts('Q_INVESTIGATION_COMPLETE', drafts[0]?.facts ?? {});
}

/** Asks about a module. */
export function ask(
  name: string,
  evidence: string[],
  more: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  return answer(
    signalOf({
      question: `What does ${name} do?`,
      question_id: `discover.module.${name}`,
      priority: 'normal',
      evidence,
      ...more,
    }),
  );
}

/** Every row of the record. */
export function rows(): InvestigationRecord[] {
  const text = readFileSync(join(colony.config.home, 'curiosity_investigations.jsonl'), 'utf8').trim();
  return text.split('\n').map((line) => investigationRecordSchema.parse(JSON.parse(line)));
}

/** The row that a completion speaks of. */
export function recordOf(facts: Record<string, unknown>): InvestigationRecord {
  const found = rows().find(({ id }) => id === facts['investigation_id']);
  if (!found) throw new Error('no such record');
  return found;
}

/** A path below the test's own folder, outside of the source roots. */
export const beside = (...path: string[]) => join(folder, ...path);

/** Adds a source root. */
export function allow(root: string): void {
  colony.config = { ...colony.config, sourceRoots: [...colony.config.sourceRoots, root] };
}

function unset(): Config {
  return configSchema.parse({ home: '/', sourceRoots: [], deployRoot: '/', capabilitiesPath: '/' });
}
