import { join } from 'node:path';
import { isoTimestamp } from '../../lib/base/clock.js';
import { KlorosError, toError } from '../../lib/base/errors.js';
import { pathsOf } from '../../lib/config/paths.js';
import { announcement } from '../../lib/deployment/announce.js';
import { declaredNow, readCycle, winnersOf, type Lost } from '../../lib/deployment/cycle.js';
import { deploymentId, deployWinner, type DeployOptions, type Winner } from '../../lib/deployment/deploy.js';
import { layoutOf } from '../../lib/deployment/layout.js';
import { noteOperatorsRollbacks, noteOutcome } from '../../lib/deployment/note-outcome.js';
import { pruneDeployments } from '../../lib/deployment/prune.js';
import { finishAllLeft } from '../../lib/deployment/recovery.js';
import { measureOf } from '../../lib/deployment/verdict.js';
import type { Experiments } from '../../lib/dream/experiment-file.js';
import type { DreamResult } from '../../lib/dream/result.js';
import type { Answer, Attempt, DaemonEnv } from '../../lib/runtime/define-daemon.js';
import type { Draft, Signal } from '../../lib/signals/envelope.js';
import { readFacts, say } from '../../lib/signals/facts.js';

/** Autonomy from which on nobody is asked. */
const BY_ITSELF = 2;

/** An operator's rollback that was killed has no signal that would come again. */
export async function open({ config, log }: DaemonEnv): Promise<void> {
  const { finished, failed: left } = await finishAllLeft(config.deployRoot);
  for (const experiment of finished) log.info({ experiment }, `${experiment}: a change that was cut short is finished`);
  for (const { experiment, error } of left)
    log.error({ experiment, err: toError(error) }, `${experiment}: a change that was cut short cannot be finished`);
  await noteOperatorsRollbacks(pathsOf(config), config.deployRoot);
}

export async function handle(signal: Signal, attempt: Attempt): Promise<Answer> {
  return (signal.signal === 'Q_DREAM_COMPLETE' ? deployCycle : deployApproved)(signal, attempt);
}

async function deployCycle(signal: Signal, attempt: Attempt): Promise<Answer> {
  const { cycle_id: cycleId, success, tournament_winner: named } = readFacts(signal, 'Q_DREAM_COMPLETE');
  if (success === false) return attempt.log.info(`Cycle ${cycleId} was no success: nothing is deployed`);
  if (named === null) return attempt.log.info(`Cycle ${cycleId} has no winner`);
  return withResult({ winnerId: named, cycleId }, attempt, (result) => deployAll(result, attempt));
}

async function deployApproved(signal: Signal, attempt: Attempt): Promise<Answer> {
  const { experiment, cycle_id: cycleId, winner_id: winnerId } = readFacts(signal, 'Q_DEPLOYMENT_APPROVED');
  if (attempt.config.autonomy === 0)
    return [failed(winnerId, 'AutonomyForbids', 'autonomy is 0: winners are proposed only; 1 or 2 would deploy it')];
  return withResult({ winnerId, cycleId }, attempt, (result) => {
    const experiments = result.experiments.filter(
      (one) => one.experiment === experiment && one.winner?.id === winnerId,
    );
    if (!result.success || experiments.length === 0)
      return [failed(winnerId, 'ResultNotFound', `cycle ${cycleId} has no such winner any more`)];
    return deployAll({ ...result, experiments }, attempt, true);
  });
}

/** Goes on with what a cycle found, or tells that it cannot be read here. */
async function withResult(
  { winnerId, cycleId }: { winnerId: string; cycleId: string },
  { config }: Attempt,
  goOn: (result: DreamResult) => Promise<Answer> | Answer,
): Promise<Answer> {
  try {
    const result = await readCycle(pathsOf(config).dreamLab, cycleId);
    if (result === undefined) return [failed(winnerId, 'ResultNotFound', `cycle ${cycleId} left no result.json here`)];
    return await goOn(result);
  } catch (error) {
    if (!(error instanceof KlorosError) || error.code !== 'CYCLE_UNREADABLE') throw error;
    return [failed(winnerId, 'ResultUnreadable', `${error.message}: ${error.why ?? ''}`)];
  }
}

async function deployAll(result: DreamResult, attempt: Attempt, isApproved = false): Promise<Answer> {
  const declared = await declaredNow(pathsOf(attempt.config).dream);
  const { winners, lost } = winnersOf(result, declared);
  const said: Draft[] = [];
  for (const one of lost) said.push(await tellLost(one, result.cycle_id, attempt));
  if (declared instanceof KlorosError) return said;
  for (const winner of winners) said.push(...(await deployOne(winner, declared, { attempt, isApproved })));
  return said;
}

async function deployOne(
  winner: Winner,
  experiments: Experiments,
  { attempt, isApproved }: { attempt: Attempt; isApproved: boolean },
): Promise<Draft[]> {
  const options = optionsOf(winner, experiments, attempt);
  const mayDeploy = isApproved || attempt.config.autonomy >= BY_ITSELF;
  const record = await deployWinner(winner, { ...options, mayDeploy });
  attempt.log.info({ deployment: record.id, stage: record.stage }, `${winner.experiment.name}: ${record.reason}`);
  const layout = layoutOf(options.deployRoot, winner.experiment.name);
  const removed = await pruneDeployments(layout, attempt.config.deployment.keep);
  if (removed.versions.length + removed.backups.length > 0)
    attempt.log.info(removed, `${layout.experiment}: versions and backups that are not needed any more were removed`);
  await noteOutcome(pathsOf(attempt.config), layout.experiment, record);
  return announcement(layout, record);
}

async function tellLost({ experiment, winnerId, ...lost }: Lost, cycleId: string, attempt: Attempt): Promise<Draft> {
  const at = isoTimestamp(attempt.clock.nowMs());
  const known = { winner_id: winnerId, cycle_id: cycleId, stage: 'refused', at, reason: lost.message } as const;
  await noteOutcome(pathsOf(attempt.config), experiment, known);
  return failed(winnerId, lost.errorType, lost.message);
}

function optionsOf(winner: Winner, experiments: Experiments, attempt: Attempt): Omit<DeployOptions, 'mayDeploy'> {
  const { config, clock, abort } = attempt;
  const workRoot = join(pathsOf(config).run, 'deployments', deploymentId(winner));
  return {
    deployRoot: config.deployRoot,
    dreamLab: pathsOf(config).dreamLab,
    measure: measureOf(winner.experiment, experiments.fitness_aggregation.weights),
    place: { folder: experiments.folder, workRoot, mark: workRoot, abort },
    clock,
  };
}

function failed(winnerId: string, errorType: string, message: string): Draft {
  return say('Q_DEPLOYMENT_FAILED', {
    winner_id: winnerId,
    error_type: errorType,
    error_message: message,
    rollback_completed: false,
  });
}
