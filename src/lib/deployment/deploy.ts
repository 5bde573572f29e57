import { join } from 'node:path';
import { isoTimestamp, type Clock } from '../base/clock.js';
import { errorCode, KlorosError } from '../base/errors.js';
import { withFileLock } from '../base/file-lock.js';
import { currentBaseline } from '../dream/baseline.js';
import type { EvaluationPlace } from '../dream/evaluator.js';
import type { EvaluationFailure } from '../dream/evaluation.js';
import type { Experiment } from '../dream/experiment.js';
import type { ExperimentResult } from '../dream/result.js';
import { holdsBytes, makeBackup } from './backup.js';
import { figuresOf, type Compared } from './compare.js';
import { artifactFolder, cycleFolder } from '../dream/cycle-folder.js';
import { currentVersion, layoutOf, type Layout } from './layout.js';
import { planTargets } from './plan.js';
import { addRecord, lastRecord, type DeploymentRecord } from './record.js';
import { rollback } from './rollback.js';
import { commitTransaction, recover } from './transaction.js';
import { compareBy, runCheck, validateWinner, type Objection } from './validate.js';
import { changeText, verdictOf, type Measure } from './verdict.js';
import { readVersion, writeVersion, type Version } from './version.js';

/** A winner of a cycle. */
export interface Winner extends NonNullable<ExperimentResult['winner']> {
  cycleId: string;
  experiment: Experiment;
}

/** Where it is deployed, and how far the colony may go by itself. */
export interface DeployOptions {
  deployRoot: string;
  dreamLab: string;
  measure: Measure;
  place: EvaluationPlace;
  clock: Pick<Clock, 'nowMs'>;
  /** False: it is validated and proposed, and somebody decides. */
  mayDeploy: boolean;
}

/** Errors that say that this winner cannot be deployed, whoever tries again. */
const REFUSALS: ReadonlyMap<string | undefined, string> = new Map([
  ['TARGET_REFUSED', 'TargetRefused'],
  ['TARGET_NOT_EDITABLE', 'TargetNotEditable'],
  ['ARTIFACT_REFUSED', 'ArtifactRefused'],
  ['UNSAFE_FILE_NAME', 'UnsafeName'],
]);

/** Id of a deployment and of its version: a cycle has one winner for an experiment. */
export function deploymentId({ cycleId, id }: Pick<Winner, 'cycleId' | 'id'>): string {
  return `${cycleId}.${id}`.replaceAll(/[^\w.-]/g, '_');
}

/**
 * Deploys a winner and answers what became of it. Steps: validated → version and backup written → switched, in one
 * transaction → looked after → deployed, or rolled back. Each is on record, so that a rerun after a kill goes on where
 * the last one ended, and one that was settled is settled.
 */
export async function deployWinner(winner: Winner, options: DeployOptions): Promise<DeploymentRecord> {
  const layout = layoutOf(options.deployRoot, winner.experiment.name);
  const last = await withFileLock(layout.log, async () => {
    await recover(layout);
    return lastRecord(layout, deploymentId(winner));
  });
  const step: Step = { winner, options, layout };
  if (last?.stage === 'switched') return lookAfter(step);
  if (last !== undefined && !(last.stage === 'proposed' && options.mayDeploy)) return last;
  try {
    return await validateAndSwitch(step);
  } catch (error) {
    const errorType = REFUSALS.get(errorCode(error));
    if (errorType === undefined || !(error instanceof KlorosError)) throw error;
    return refuse(step, { errorType, reason: `${error.message}: ${error.why ?? ''}` });
  }
}

interface Step {
  winner: Winner;
  options: DeployOptions;
  layout: Layout;
}

async function validateAndSwitch(step: Step): Promise<DeploymentRecord> {
  const { winner, options, layout } = step;
  const { experiment, params } = winner;
  const previous = await currentVersion(layout);
  const { params: inUse } = await currentBaseline(experiment, options.deployRoot);
  const look = { which: 'check', params, artifacts: artifactsOf(step), deployed: layout.current } as const;
  const validation = await validateWinner({ experiment, ...options }, look, inUse);
  options.place.abort.throwIfAborted();
  if (!validation.ok) return refuse(step, validation.objection);
  const version = versionOf(step, validation.compared, { inUse, previous });
  const put = options.mayDeploy ? switchTo : propose;
  const isDone = await withFileLock(layout.log, async () => {
    await recover(layout);
    // Something else was deployed or taken back meanwhile: it was measured against what is not in use any more.
    if ((await currentVersion(layout)) !== previous) return 'outdated';
    return put(step, version, validation.compared);
  });
  if (isDone === 'outdated') return validateAndSwitch(step);
  return isDone ?? lookAfter(step);
}

function versionOf(
  { winner, options }: Step,
  { metrics, baseline }: Compared,
  { inUse, previous }: { inUse: Version['params']; previous: string | null },
): Version {
  return {
    id: deploymentId(winner),
    experiment: winner.experiment.name,
    winner_id: winner.id,
    cycle_id: winner.cycleId,
    created_at: isoTimestamp(options.clock.nowMs()),
    params: winner.params,
    metrics,
    baseline: { params: inUse, metrics: baseline },
    artifacts: winner.artifacts,
    previous,
  };
}

async function propose(step: Step, version: Version, compared: Compared): Promise<DeploymentRecord> {
  await write(step, version);
  const reason = `${figuresOf(compared)} against what is in use; it waits for kloros dream approve`;
  const record = recordOf(step, { stage: 'proposed', previous: version.previous, change: compared.mean, reason });
  await addRecord(step.layout, record);
  return record;
}

/** Undefined: it is in use now, and has to be looked after. */
async function switchTo(step: Step, version: Version, compared: Compared): Promise<undefined> {
  const { layout } = step;
  const { targets } = await write(step, version);
  const { id, previous } = version;
  const { files } = await makeBackup(layout, { id, previous, targets });
  const [reason, change] = [`${figuresOf(compared)} against what was in use`, compared.mean];
  const record = recordOf(step, { stage: 'switched', previous, change, reason, backup: holdsBytes(files) });
  await commitTransaction(layout, { files, to: id, record });
}

/** Where a winner's cycle left its files. */
function artifactsOf({ winner, options }: Step): string {
  return artifactFolder(cycleFolder(options.dreamLab, winner.cycleId), winner.id);
}

async function write(step: Step, version: Version) {
  const { winner, options, layout } = step;
  const plan = await planTargets(winner.experiment, winner.params, options.place.folder);
  await writeVersion(layout, { version, env: plan.env, artifactsFolder: artifactsOf(step) });
  return plan;
}

/** Looks at what is in use now: the experiment's own check, and its metrics in turns with what was in use before. */
async function lookAfter(step: Step): Promise<DeploymentRecord> {
  const { winner, layout, options } = step;
  const version = await readVersion(layout, deploymentId(winner));
  const { change, objection } = await observe(step, version);
  options.place.abort.throwIfAborted();
  const id = deploymentId(winner);
  const last = await lastRecord(layout, id);
  if (last?.stage === 'rolled_back') return last; // An operator was quicker.
  // What was replaced meanwhile is not taken back: that would take its successor's place.
  if (objection === undefined || (await currentVersion(layout)) !== id) return settled(step, last, change);
  const why = { ...objection, nowMs: options.clock.nowMs(), by: 'deployer' as const, change, only: id };
  return (await rollback(layout, why)).record;
}

async function observe(
  { winner, options, layout }: Step,
  version: Version | undefined,
): Promise<{ change: number | null; objection?: Objection }> {
  const { experiment, params } = winner;
  const artifacts = join(layout.versions, deploymentId(winner), 'artifacts');
  const look = { which: 'post_check', params, artifacts, deployed: layout.current } as const;
  const failed = await runCheck({ experiment, place: options.place }, look);
  if (failed) return { change: null, objection: failed };
  const before = { id: 'before', params: version?.baseline.params ?? params };
  const compared = await compareBy({ experiment, ...options }, { before, after: { id: 'deployed', params } });
  // What was in use before is not used any more: that it cannot be measured says nothing of what is.
  if (!compared.ok && compared.side === 'before') return { change: null };
  if (!compared.ok) return { change: null, objection: objectionTo(compared.failure) };
  const { mean: change } = compared;
  if (verdictOf(change) !== 'worse') return { change };
  const reason = `${figuresOf(compared)} against what was in use, which is worse than -5 %`;
  return { change, objection: { errorType: 'WorseThanBefore', reason } };
}

function objectionTo({ error_type: errorType, error_message: reason }: EvaluationFailure): Objection {
  return { errorType, reason };
}

async function settled(
  step: Step,
  switched: DeploymentRecord | undefined,
  change: number | null,
): Promise<DeploymentRecord> {
  const reason = change === null ? 'in use' : `${changeText(change)} after the deployment: ${KEPT[verdictOf(change)]}`;
  const record = recordOf(step, {
    stage: 'deployed',
    previous: switched?.previous ?? null,
    change,
    reason,
    backup: switched?.backup ?? false,
  });
  await addRecord(step.layout, record);
  return record;
}

const KEPT = { better: 'kept, the new baseline', 'as-good': 'kept', worse: 'worse' } as const;

async function refuse(step: Step, { errorType, reason }: Objection): Promise<DeploymentRecord> {
  const previous = await currentVersion(step.layout);
  const record = recordOf(step, { stage: 'refused', previous, error_type: errorType, reason });
  await addRecord(step.layout, record);
  return record;
}

type RecordParts = Pick<DeploymentRecord, 'stage' | 'previous' | 'reason'> & Partial<DeploymentRecord>;

function recordOf({ winner, options }: Step, parts: RecordParts): DeploymentRecord {
  return {
    id: deploymentId(winner),
    at: isoTimestamp(options.clock.nowMs()),
    winner_id: winner.id,
    cycle_id: winner.cycleId,
    change: null,
    error_type: null,
    backup: false,
    by: 'deployer',
    ...parts,
  };
}
