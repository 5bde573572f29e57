import { closest } from '../lib/base/closest.js';
import { KlorosError } from '../lib/base/errors.js';
import { shortName } from '../lib/base/short-name.js';
import type { AnyDaemon } from '../lib/runtime/define-daemon.js';
import { capabilityIntegrator } from './capability-integrator.js';
import { chemicalBus } from './chemical-bus.js';
import { dreamConsumer } from './dream-consumer.js';
import { intentRouter } from './intent-router.js';
import { investigationConsumer } from './investigation-consumer.js';
import { orchestratorMonitor } from './orchestrator-monitor.js';
import { policyEngine } from './policy-engine.js';
import { semanticDedupConsumer } from './semantic-dedup-consumer.js';
import { tournamentConsumer } from './tournament-consumer.js';
import { winnerDeployer } from './winner-deployer.js';

/** Every daemon of the colony, the hub first (D6): commands, units, docs and completeness tests come from this list. */
export const daemons: readonly AnyDaemon[] = [
  chemicalBus,
  intentRouter,
  investigationConsumer,
  semanticDedupConsumer,
  capabilityIntegrator,
  orchestratorMonitor,
  policyEngine,
  dreamConsumer,
  tournamentConsumer,
  winnerDeployer,
];

/**
 * The daemon of a name as people write it: `_` or `-`, with or without `kloros_` and `_daemon`.
 * Throws KlorosError UNKNOWN_DAEMON with a suggestion.
 */
export function findDaemon(name: string): AnyDaemon {
  const wanted = shortName(name);
  const found = daemons.find((daemon) => shortName(daemon.name) === wanted);
  if (found) return found;
  throw unknownDaemon(name, wanted);
}

function unknownDaemon(name: string, wanted: string): KlorosError {
  const byShortName = new Map(daemons.map((daemon) => [shortName(daemon.name), daemon.name]));
  const near = byShortName.get(closest(wanted, [...byShortName.keys()]) ?? '');
  return new KlorosError({
    code: 'UNKNOWN_DAEMON',
    message: `There is no daemon ${JSON.stringify(name)}`,
    why:
      near === undefined
        ? `the daemons are ${daemons.map((daemon) => daemon.name).join(', ')}`
        : `did you mean ${near}?`,
    next: ['see all: kloros daemon list'],
  });
}
