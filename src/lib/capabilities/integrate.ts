import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileSafely } from '../base/atomic-file.js';
import { isoTimestamp } from '../base/clock.js';
import { errorCode, KlorosError, toError } from '../base/errors.js';
import { withFileLock } from '../base/file-lock.js';
import { own } from '../base/own.js';
import { decideIntegration, type Decision, type Finding, type IntegrationFailure } from './decide.js';
import { oneLine, type NewEntry } from './entry.js';
import { createInit, initContent, removeInit } from './init-file.js';
import { insertEntry, newRegistry } from './insert-entry.js';
import { lookAtModule, realPathOf, type ModuleOnDisk } from './module-on-disk.js';
import { readRegistry, sha256Of, type Registry } from './registry.js';
import { openUndoJournal, type UndoJournal, type UndoRecord } from './undo-journal.js';

/** One request to integrate; everything is idempotent under `causeId`. */
export interface IntegrationRequest {
  /** Id of the causing signal. */
  causeId: string;
  finding: Finding;
  /** Epoch milliseconds of a first attempt; a rerun keeps the time of the first. */
  nowMs: number;
}

/** Where the integration may read and write. */
export interface IntegrationPlaces {
  /** capabilities.yaml; a symlink is followed. */
  registryPath: string;
  backups: string;
  sourceRoots: readonly string[];
}

/** What came of it. */
export type IntegrationOutcome =
  { kind: 'integrated'; record: UndoRecord } | Extract<Decision, { kind: 'not-applicable' }> | IntegrationFailure;

interface Work {
  request: IntegrationRequest;
  places: IntegrationPlaces;
  journal: UndoJournal;
  /** What an earlier attempt planned or did. */
  earlier: UndoRecord | undefined;
}

/**
 * Decides and does: plan on record, backup, `__init__.py`, registry, done on record.
 * A crash between any two of these is repaired by calling again with the same causeId, with the same outcome.
 */
export async function integrateModule(
  request: IntegrationRequest,
  places: IntegrationPlaces,
): Promise<IntegrationOutcome> {
  try {
    return await integrate(request, places);
  } catch (error) {
    if (errorCode(error) !== 'EROFS') return failureOf(error);
    // Source code on a read-only mount is somebody's choice; our own disk read-only is the machine's failure and passes.
    await assertWritable(places.backups);
    return await integrate(request, places).catch(failureOf);
  }
}

/** Throws what a write in this folder throws. */
async function assertWritable(folder: string): Promise<void> {
  const probe = join(folder, '.writable');
  await mkdir(folder, { recursive: true });
  await writeFileSafely(probe, '');
  await rm(probe);
}

async function integrate(request: IntegrationRequest, places: IntegrationPlaces): Promise<IntegrationOutcome> {
  const journal = openUndoJournal(places.backups);
  // Followed first: a registry kept elsewhere and linked to stays a link.
  const registryPath = (await realPathOf(places.registryPath)) ?? places.registryPath;
  return await withFileLock(registryPath, async () => {
    const earlier = await journal.find(request.causeId);
    if (earlier?.stage === 'done') return { kind: 'integrated', record: earlier };
    const planned = earlier?.stage === 'planned' ? earlier : undefined;
    return attempt({ request, places: { ...places, registryPath }, journal, earlier: planned });
  });
}

async function attempt(work: Work): Promise<IntegrationOutcome> {
  const registry = await readRegistry(work.places.registryPath);
  if (work.earlier && isWritten(work.earlier, registry)) return finish(work, work.earlier);
  const module = await lookAtModule(work.request.finding.path, work.places.sourceRoots);
  const { finding } = work.request;
  const decision = decideIntegration({ finding, registry, module, sourceRoots: work.places.sourceRoots });
  if (decision.kind !== 'integrate') return decision;
  const plan = planOf(work, { registry, module, decision });
  await work.journal.append(plan.record);
  await apply(plan, registry);
  return finish(work, plan.record);
}

/** Whether an earlier attempt got as far as the registry, even if others have changed the file since. */
function isWritten(earlier: UndoRecord, registry: Registry): boolean {
  if (registry.sha256 === earlier.sha256_after) return true;
  const entry = registry.entries.find((known) => known.name === earlier.capability_key);
  return entry?.investigationId === earlier.investigation_id && entry.discoveredAt === earlier.integrated_at;
}

interface Plan {
  record: UndoRecord;
  text: string;
}

interface Basis {
  registry: Registry;
  module: ModuleOnDisk;
  decision: Extract<Decision, { kind: 'integrate' }>;
}

function planOf({ request, places, journal, earlier }: Work, { registry, module, decision }: Basis): Plan {
  const integratedAt = earlier?.integrated_at ?? isoTimestamp(request.nowMs);
  const entry = entryOf(request.finding, { module, decision }, integratedAt);
  const change = registry.text === '' ? newRegistry(entry) : insertEntry(registry.text, entry, places.registryPath);
  const init = module.lacksInit && module.realPath !== undefined ? join(module.realPath, '__init__.py') : null;
  const record: UndoRecord = {
    id: request.causeId,
    at: isoTimestamp(request.nowMs),
    stage: 'planned',
    action: 'integrate-module',
    investigation_id: request.finding.investigationId,
    capability_key: decision.name,
    module: decision.modulePath,
    capabilities: [...request.finding.capabilities],
    integrated_at: integratedAt,
    registry: places.registryPath,
    backup: registry.exists ? journal.backupPath(request.causeId) : null,
    sha256_before: registry.sha256,
    sha256_after: sha256Of(change.text),
    inserted: change.inserted,
    init_file: init ?? earlier?.init_file ?? null,
  };
  return { record, text: change.text };
}

function entryOf(finding: Finding, basis: Pick<Basis, 'module' | 'decision'>, discoveredAt: string): NewEntry {
  const { name, modulePath } = basis.decision;
  return {
    name,
    fields: {
      module: modulePath,
      enabled: true,
      description: oneLine(finding.purpose) || `Discovered module ${name}`,
      auto_discovered: true,
      discovered_at: discoveredAt,
      // With the `__init__.py` about to be created: what the folder holds when the entry is read.
      py_files: basis.module.pyFiles + (basis.module.lacksInit ? 1 : 0),
      investigation_id: finding.investigationId,
    },
  };
}

async function apply({ record, text }: Plan, registry: Registry): Promise<void> {
  if (record.backup !== null) await writeFileSafely(record.backup, registry.text);
  const init = initContent(record.capability_key, record.id);
  if (record.init_file !== null) await createInit(record.init_file, init);
  try {
    await writeFileSafely(registry.path, text);
  } catch (error) {
    if (record.init_file !== null) await removeInit(record.init_file, init);
    throw error;
  }
}

async function finish({ journal, request }: Work, planned: UndoRecord): Promise<IntegrationOutcome> {
  const record: UndoRecord = { ...planned, stage: 'done', at: isoTimestamp(request.nowMs) };
  await journal.append(record);
  return { kind: 'integrated', record };
}

const EXPECTED: Readonly<Record<string, string>> = {
  REGISTRY_UNREADABLE: 'RegistryUnreadable',
  REGISTRY_NOT_EDITABLE: 'RegistryNotEditable',
  EACCES: 'PermissionDenied',
  EPERM: 'PermissionDenied',
  EROFS: 'PermissionDenied',
};

/** What an operator has to mend is an outcome; anything else (a full disk, a busy lock) is tried again. */
function failureOf(thrown: unknown): IntegrationFailure {
  const errorType = own(EXPECTED, errorCode(thrown) ?? '');
  if (errorType === undefined) throw thrown;
  const error = toError(thrown);
  const next = error instanceof KlorosError && error.next[0] !== undefined ? `. Next: ${error.next[0]}` : '';
  return { kind: 'failed', errorType, message: `${error.message}${next}`, retryPossible: true };
}
