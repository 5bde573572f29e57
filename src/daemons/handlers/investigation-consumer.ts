import { join } from 'node:path';
import { isoTimestamp } from '../../lib/base/clock.js';
import { readRegistry } from '../../lib/capabilities/registry.js';
import { pathsOf } from '../../lib/config/paths.js';
import { isProbe, rootsFor } from '../../lib/config/probes.js';
import type { Config } from '../../lib/config/schema.js';
import { investigate, type Answered } from '../../lib/investigation/investigator.js';
import type { Scope } from '../../lib/investigation/look.js';
import { openProbeRecords } from '../../lib/investigation/probe-records.js';
import { modelFacts } from '../../lib/investigation/model-facts.js';
import { openModel, type Model } from '../../lib/investigation/model.js';
import type { Question } from '../../lib/investigation/question.js';
import {
  failureNoted,
  forgotten,
  keysOf,
  QUESTIONS,
  suppressionInWords,
  suppressionOf,
  type Suppression,
} from '../../lib/investigation/suppression.js';
import { openInvestigationStore, type InvestigationStore } from '../../lib/investigation/store.js';
import { openSurveyPool, type SurveyPool } from '../../lib/investigation/survey-pool.js';
import { SYSTEM_TOOLS } from '../../lib/investigation/unit-evidence.js';
import type { Answer, Attempt, DaemonEnv } from '../../lib/runtime/define-daemon.js';
import type { Signal } from '../../lib/signals/envelope.js';
import { readFacts, say } from '../../lib/signals/facts.js';

interface Resources {
  pool: SurveyPool;
  store: InvestigationStore;
  model?: Model | undefined;
}

export async function close({ pool, store }: Resources): Promise<void> {
  await pool.close();
  store.close();
}

export async function handle(signal: Signal, attempt: Attempt, resources: Resources): Promise<Answer> {
  return signal.signal === 'Q_INVESTIGATION_TIMEOUT'
    ? hearTimeout(signal, attempt)
    : answer(signal, attempt, resources);
}

async function answer(signal: Signal, attempt: Attempt, resources: Resources): Promise<Answer> {
  const question = questionOf(signal);
  if (isProbe(question.questionId)) return answerProbe(question, attempt, resources.pool);
  const { clock, abort, log } = attempt;
  const kept = await attempt.state(keysOf(question.questionId));
  const suppression = suppressionOf(kept, question.questionId, clock.nowMs());
  if (suppression) return [refusal(suppression, attempt)];
  const scope = scopeOf(attempt, resources.pool, question);
  const { store, model } = resources;
  const answered = await investigate(question, { scope, store, clock, abort, model });
  const { error } = answered.record;
  const signals = [completion(answered, attempt)];
  if (error === null) return { signals, state: forgotten(kept, question.questionId) };
  log.warn(`Investigation failed: ${error}`);
  const failure = { id: signal.id, error, nowMs: clock.nowMs() };
  return { signals, state: failureNoted(await attempt.state(QUESTIONS), question.questionId, failure) };
}

/** As every other question, but what is found goes where the asker takes it away again; a failure suppresses nothing. */
async function answerProbe(question: Question, attempt: Attempt, pool: SurveyPool): Promise<Answer> {
  const { clock, abort, config } = attempt;
  const [folder = ''] = rootsFor(question.questionId, config);
  const scope = { ...scopeOf(attempt, pool, question), cachePath: join(folder, 'source-facts.db') };
  const answered = await investigate(question, { scope, store: openProbeRecords(folder), clock, abort });
  return [completion(answered, attempt)];
}

const NOT_BEGUN: ReadonlySet<unknown> = new Set(['queued', 'unheard']);

/** What was begun and never answered has failed too; what only waited in the queue has not. */
async function hearTimeout(signal: Signal, attempt: Attempt): Promise<Answer> {
  const { question_id } = readFacts(signal, 'Q_INVESTIGATION_TIMEOUT');
  if (NOT_BEGUN.has(signal.facts['state']) || isProbe(question_id)) return;
  const failure = {
    id: signal.cause_id ?? signal.id,
    error: 'it was not answered in time',
    nowMs: attempt.clock.nowMs(),
  };
  return { state: failureNoted(await attempt.state(QUESTIONS), question_id, failure) };
}

function refusal(suppression: Suppression, { clock, log, receivedAtMs }: Attempt) {
  const error = suppressionInWords(suppression);
  log.warn({ question_id: suppression.questionId }, error);
  return say('Q_INVESTIGATION_COMPLETE', {
    question_id: suppression.questionId,
    investigation_timestamp: isoTimestamp(clock.nowMs()),
    hypothesis: null,
    confidence: 0,
    evidence_count: 0,
    module_name: null,
    status: 'failed',
    duration_ms: 0,
    queue_wait_time_ms: Math.max(0, clock.nowMs() - receivedAtMs),
    model_used: null,
    tokens_used: null,
    error,
    error_type: 'Suppressed',
    suppressed: true,
  });
}

export async function open({ config, log, clock }: DaemonEnv): Promise<Resources> {
  const store = openInvestigationStore(pathsOf(config));
  const { records, badLines } = await store.figures();
  if (badLines > 0)
    log.warn({ records, badLines }, 'The record has lines that are no investigations; they are left alone');
  const { model: settings, concurrency } = config.investigation;
  const onFailure = (error: Error) => log.warn({ err: error }, error.message);
  const model = settings && openModel(settings, { clock, onFailure });
  return { store, pool: openSurveyPool(concurrency), model };
}

function scopeOf({ config, log }: Attempt, pool: SurveyPool, { questionId }: Question): Scope {
  const { home, investigation: limits } = config;
  const sourceRoots = rootsFor(questionId, config);
  const cachePath = `${pathsOf(config).cache}/source-facts.db`;
  const isKnown = (name: string, path: string) =>
    isRegistered(config, [name, path]).catch((error: unknown) => {
      log.warn({ err: error }, 'The registry cannot be read; the module counts as undiscovered');
      return false;
    });
  return { sourceRoots, home, limits, cachePath, pool, tools: SYSTEM_TOOLS, isKnown };
}

/** Nested groups are not entries (formats.md §5); entries name a module with or without its root. */
async function isRegistered(config: Config, [name, path]: [string, string]): Promise<boolean> {
  const { entries } = await readRegistry(config.capabilitiesPath);
  const names = new Set([name, path, path.split('.').slice(1).join('.')]);
  return entries.some((entry) => names.has(entry.module) || names.has(entry.name));
}

function questionOf(signal: Signal): Question {
  const facts = readFacts(signal, 'Q_CURIOSITY_INVESTIGATE');
  return {
    signalId: signal.id,
    questionId: facts.question_id,
    question: facts.question ?? '',
    evidence: facts.evidence ?? [],
    hypothesis: facts.hypothesis ?? null,
    again: facts.action_class === 'reinvestigate',
  };
}

function completion({ record, fromRecord }: Answered, { clock, receivedAtMs }: Attempt) {
  return say('Q_INVESTIGATION_COMPLETE', {
    question_id: record.question_id,
    investigation_timestamp: record.investigation_timestamp ?? record.timestamp,
    investigation_id: record.id,
    hypothesis: record.hypothesis,
    confidence: record.confidence,
    evidence_count: record.evidence.length,
    module_name: record.module_name,
    status: record.status,
    duration_ms: fromRecord ? 0 : (record.duration_ms ?? 0),
    queue_wait_time_ms: Math.max(0, clock.nowMs() - receivedAtMs - (fromRecord ? 0 : (record.duration_ms ?? 0))),
    ...modelFacts(record, fromRecord),
    ...(record.error === null ? {} : { error: record.error, error_type: record.error_type }),
    ...(fromRecord ? { answered_from: record.id } : {}),
  });
}
