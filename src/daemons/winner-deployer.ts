import { join } from 'node:path';
import { toError } from '../lib/base/errors.js';
import { pathsOf } from '../lib/config/paths.js';
import { announcement } from '../lib/deployment/announce.js';
import { readCycle, winnersOf } from '../lib/deployment/cycle.js';
import { deploymentId, deployWinner, type DeployOptions, type Winner } from '../lib/deployment/deploy.js';
import { layoutOf } from '../lib/deployment/layout.js';
import { pruneDeployments } from '../lib/deployment/prune.js';
import { finishAllLeft } from '../lib/deployment/recovery.js';
import { measureOf } from '../lib/deployment/verdict.js';
import { readExperiments, type Experiments } from '../lib/dream/experiment-file.js';
import { defineDaemon, type Answer, type Attempt, type DaemonEnv } from '../lib/runtime/define-daemon.js';
import type { Draft, Signal } from '../lib/signals/envelope.js';
import { readFacts, say } from '../lib/signals/facts.js';

const TIMEOUT_MS = 45 * 60_000;
/** Autonomy from which on nobody is asked. */
const BY_ITSELF = 2;

/** Puts the winners of D-REAM cycles into production, one version beside the other, and takes back what disappoints. */
export const winnerDeployer = defineDaemon({
  name: 'winner_deployer_daemon',
  purpose: 'Validate, deploy and watch the winners of D-REAM cycles, and roll back what disappoints',
  portOffset: 4,
  hears: ['Q_DREAM_COMPLETE', 'Q_DEPLOYMENT_APPROVED'],
  says: ['Q_WINNER_DEPLOYED', 'Q_DEPLOYMENT_FAILED'],
  from: 'now',
  timeoutMs: TIMEOUT_MS,
  alsoWrites: ({ deployRoot }) => [deployRoot],
  open: finishWhatWasLeft,
  handle: (signal, attempt) => (signal.signal === 'Q_DREAM_COMPLETE' ? deployCycle : deployApproved)(signal, attempt),
});

/** An operator's rollback that was killed has no signal that would come again. */
async function finishWhatWasLeft({ config, log }: DaemonEnv): Promise<void> {
  const { finished, failed: left } = await finishAllLeft(config.deployRoot);
  for (const experiment of finished) log.info({ experiment }, `${experiment}: a change that was cut short is finished`);
  for (const { experiment, error } of left)
    log.error({ experiment, err: toError(error) }, `${experiment}: a change that was cut short cannot be finished`);
}

async function deployCycle(signal: Signal, attempt: Attempt): Promise<Answer> {
  const { cycle_id: cycleId, success, tournament_winner: named } = readFacts(signal, 'Q_DREAM_COMPLETE');
  if (success === false) return attempt.log.info(`Cycle ${cycleId} was no success: nothing is deployed`);
  const experiments = await experimentsOf(attempt);
  const result = await readCycle(pathsOf(attempt.config).dreamLab, cycleId);
  if (result !== undefined) return deployAll(winnersOf(result, experiments), experiments, attempt);
  if (named === null) return attempt.log.info(`Cycle ${cycleId} has no winner`);
  return [failed(named, 'ResultNotFound', `cycle ${cycleId} left no result.json here`)];
}

async function deployApproved(signal: Signal, attempt: Attempt): Promise<Answer> {
  const { experiment, cycle_id: cycleId, winner_id: winnerId } = readFacts(signal, 'Q_DEPLOYMENT_APPROVED');
  if (attempt.config.autonomy === 0)
    return [failed(winnerId, 'AutonomyForbids', 'autonomy is 0: winners are proposed only; 1 or 2 would deploy it')];
  const experiments = await experimentsOf(attempt);
  const result = await readCycle(pathsOf(attempt.config).dreamLab, cycleId);
  const winners = result === undefined ? [] : winnersOf(result, experiments);
  const meant = winners.filter((winner) => winner.experiment.name === experiment && winner.id === winnerId);
  if (meant.length === 0) return [failed(winnerId, 'ResultNotFound', `cycle ${cycleId} has no such winner any more`)];
  return deployAll(meant, experiments, attempt, true);
}

async function deployAll(
  winners: readonly Winner[],
  experiments: Experiments,
  ...[attempt, isApproved = false]: [Attempt, boolean?]
): Promise<Answer> {
  const said: Draft[] = [];
  for (const winner of winners) {
    const options = optionsOf(winner, experiments, attempt);
    const mayDeploy = isApproved || attempt.config.autonomy >= BY_ITSELF;
    const record = await deployWinner(winner, { ...options, mayDeploy });
    attempt.log.info({ deployment: record.id, stage: record.stage }, `${winner.experiment.name}: ${record.reason}`);
    const layout = layoutOf(options.deployRoot, winner.experiment.name);
    const removed = await pruneDeployments(layout, attempt.config.deployment.keep);
    if (removed.versions.length + removed.backups.length > 0)
      attempt.log.info(removed, `${layout.experiment}: versions and backups that are not needed any more were removed`);
    said.push(...(await announcement(layout, record)));
  }
  return said;
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

async function experimentsOf({ config }: Attempt): Promise<Experiments> {
  return readExperiments(pathsOf(config).dream);
}

function failed(winnerId: string, errorType: string, message: string): Draft {
  return say('Q_DEPLOYMENT_FAILED', {
    winner_id: winnerId,
    error_type: errorType,
    error_message: message,
    rollback_completed: false,
  });
}
