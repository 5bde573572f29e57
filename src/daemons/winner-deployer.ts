import { defineDaemon } from '../lib/runtime/define-daemon.js';
import { later } from '../lib/runtime/later.js';

const TIMEOUT_MS = 45 * 60_000;

/** Puts the winners of D-REAM cycles into production, one version beside the other, and takes back what disappoints. */
export const winnerDeployer = defineDaemon({
  name: 'winner_deployer_daemon',
  purpose: 'Validate, deploy and watch the winners of D-REAM cycles, and roll back what disappoints',
  portOffset: 4,
  hears: ['Q_DREAM_COMPLETE', 'Q_DEPLOYMENT_APPROVED'],
  says: ['Q_WINNER_DEPLOYED', 'Q_DEPLOYMENT_FAILED'],
  accepts: { Q_DEPLOYMENT_APPROVED: 'consent' },
  from: 'now',
  timeoutMs: TIMEOUT_MS,
  alsoWrites: ({ deployRoot }) => [deployRoot],
  ...later(['open', 'handle'], () => import('./handlers/winner-deployer.js')),
});
