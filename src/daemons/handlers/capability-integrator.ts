import { safeText } from '../../lib/base/redact.js';
import type { DeadLetterDraft } from '../../lib/bus/bus.js';
import type { IntegrationFailure } from '../../lib/capabilities/decide.js';
import { undiscoveredName } from '../../lib/capabilities/decide.js';
import { findingOf } from '../../lib/capabilities/finding.js';
import { integrateModule } from '../../lib/capabilities/integrate.js';
import type { UndoRecord } from '../../lib/capabilities/undo-journal.js';
import { pathsOf } from '../../lib/config/paths.js';
import { isProbe } from '../../lib/config/probes.js';
import { answeringRecord } from '../../lib/evidence/answering-record.js';
import { openInvestigationStore, type InvestigationStore } from '../../lib/investigation/store.js';
import type { Answer, Attempt, DaemonEnv } from '../../lib/runtime/define-daemon.js';
import type { Signal } from '../../lib/signals/envelope.js';
import { readFacts, say } from '../../lib/signals/facts.js';

type Completion = ReturnType<typeof readFacts<'Q_INVESTIGATION_COMPLETE'>>;

const LONGEST_MESSAGE = 4_096;

export async function open({ config }: DaemonEnv): Promise<InvestigationStore> {
  return openInvestigationStore(pathsOf(config));
}

export async function close(store: InvestigationStore): Promise<void> {
  store.close();
}

export async function handle(signal: Signal, attempt: Attempt, store: InvestigationStore): Promise<Answer> {
  const facts = readFacts(signal, 'Q_INVESTIGATION_COMPLETE');
  if (isProbe(facts.question_id)) return;
  const record = await answeringRecord(signal, facts, store);
  const hypothesis = facts.hypothesis ?? record?.hypothesis ?? null;
  const { config, clock, log } = attempt;
  const notIntegrated = (reason: string): undefined => {
    log.info({ question_id: facts.question_id, signal: signal.id }, `Not integrated: ${reason}`);
  };
  if (record === undefined && undiscoveredName(hypothesis) !== undefined) return failed(signal, LOST, facts);
  if (record === undefined) return notIntegrated(`the hypothesis is ${hypothesis ?? 'absent'}`);
  const finding = { ...findingOf(record, config.sourceRoots), hypothesis };
  const { backups, capabilities } = pathsOf(config);
  const outcome = await integrateModule(
    { causeId: signal.id, finding, nowMs: clock.nowMs() },
    { registryPath: capabilities, backups, sourceRoots: config.sourceRoots },
  );
  if (outcome.kind === 'integrated') return [integrated(outcome.record, facts.investigation_timestamp)];
  if (outcome.kind === 'failed') return failed(signal, outcome, facts);
  return notIntegrated(outcome.reason);
}

const LOST: IntegrationFailure = {
  kind: 'failed',
  errorType: 'InvestigationNotFound',
  message: 'The record of the investigation is not in curiosity_investigations.jsonl; ask the question again',
  retryPossible: true,
};

function integrated(record: UndoRecord, investigatedAt: string | null) {
  return say('Q_MODULE_INTEGRATED', {
    module_name: record.capability_key,
    module_path: record.module,
    capabilities_added: record.capabilities,
    init_created: record.init_file !== null,
    capability_key: record.capability_key,
    integrated_at: record.integrated_at,
    investigation_timestamp: investigatedAt ?? record.integrated_at,
  });
}

function failed(signal: Signal, failure: IntegrationFailure, facts: Completion): Answer {
  const key = undiscoveredName(facts.hypothesis);
  // Its words name paths, settings and contents of files, and are published as a dead letter's are kept.
  const message = safeText(failure.message, LONGEST_MESSAGE);
  const said = say('Q_INTEGRATION_FAILED', {
    investigation_id: facts.question_id,
    error_type: failure.errorType,
    error_message: message,
    retry_possible: failure.retryPossible,
    ...(key === undefined ? {} : { capability_key: key }),
    reason: message,
  });
  return { signals: [said], deadLetters: [deadLetter(signal, failure)] };
}

function deadLetter(signal: Signal, failure: IntegrationFailure): Omit<DeadLetterDraft, 'daemon'> {
  const again = failure.retryPossible ? 'Replay it when that is mended.' : 'Another attempt cannot succeed.';
  return {
    signal,
    error: `${failure.errorType}: ${failure.message}`,
    traceback: `Integration of signal ${signal.id} failed. ${failure.message}. ${again}`,
    key: `integration:${signal.id}`,
  };
}
