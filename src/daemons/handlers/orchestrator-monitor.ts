import { lookForModules } from '../../lib/capabilities/look.js';
import { ModuleWatch } from '../../lib/capabilities/module-watch.js';
import { pathsOf } from '../../lib/config/paths.js';
import { lookForTimeouts } from '../../lib/expectations/look.js';
import { openTimeoutWatch } from '../../lib/expectations/open-timeout-watch.js';
import type { TimeoutWatch } from '../../lib/expectations/timeout-watch.js';
import { lookForRepairs, repair } from '../../lib/healing/look.js';
import type { Healer } from '../../lib/healing/healer.js';
import { openHealer } from '../../lib/healing/open-healer.js';
import { FLOW_ANEW } from '../../lib/health/conditions/flow-state.js';
import { lookAtHealth } from '../../lib/health/conditions/look.js';
import { lookAtPromotions } from '../../lib/promotions/look.js';
import { keepFlights, noteAlert } from '../../lib/recording/flight.js';
import type { Attempt, DaemonEnv, SourceBatch, SourceEnv } from '../../lib/runtime/define-daemon.js';
import { inRounds, type Looks, type Sight } from '../../lib/runtime/rounds.js';
import type { Signal } from '../../lib/signals/envelope.js';
import { readFacts } from '../../lib/signals/facts.js';

/** What it keeps an eye on from one round to the next. */
interface Watches {
  modules: ModuleWatch;
  timeouts: TimeoutWatch;
  healer: Healer;
}

export async function open(env: DaemonEnv): Promise<Watches> {
  const state = await env.state();
  return {
    modules: moduleWatch(env),
    timeouts: openTimeoutWatch(env, state),
    healer: openHealer(env, state),
  };
}

function moduleWatch(env: DaemonEnv): ModuleWatch {
  return new ModuleWatch({
    registryPath: pathsOf(env.config).capabilities,
    clock: env.clock,
    state: () => env.state(),
  });
}

/** Of an alert the flight recorder takes note; what is noted is written by a later round, so that a full disk holds up nobody. */
export async function handle(signal: Signal, attempt: Attempt, watches: Watches): Promise<Sight> {
  if (signal.signal === 'Q_HEALTH_ALERT') return { signals: [], state: await noteAlert(signal, attempt) };
  if (signal.signal === 'Q_REPAIR_STARTED') return repair(signal, attempt);
  return hearIntegration(signal, attempt, watches);
}

/** An integration is the moment at which a module appears: it is spoken of at once, and not at the next minute. */
async function hearIntegration(signal: Signal, attempt: Attempt, { modules }: Watches): Promise<Sight> {
  const { module_name } = readFacts(signal, 'Q_MODULE_INTEGRATED');
  return lookForModules(attempt.config, () => modules.look(signal.id, module_name));
}

export function source(env: SourceEnv, abort: AbortSignal, watches: Watches): AsyncIterable<SourceBatch> {
  const { modules, timeouts, healer } = watches;
  const rounds = {
    intervalMs: env.config.monitor.intervalMs,
    // Repairs come after the rest was committed, so that a timeout of this round has its repair in this round.
    round: [everything(env, watches), { repairs: () => lookForRepairs(healer, env) }],
    editedPath: pathsOf(env.config).capabilities,
    edits: { registry: () => lookForModules(env.config, () => modules.lookAtEdits('clock')) },
    anew: () => {
      timeouts.beginAnew();
      healer.beginAnew();
      return { signals: [], state: [FLOW_ANEW] };
    },
  };
  return inRounds(rounds, env, abort);
}

function everything(env: DaemonEnv, { modules, timeouts }: Watches): Looks {
  return {
    promotions: async () => ({ signals: await lookAtPromotions(env), state: [] }),
    health: () => lookAtHealth(env),
    registry: () => lookForModules(env.config, () => modules.look('clock')),
    timeouts: () => lookForTimeouts(timeouts, env.log),
    recordings: async () => ({ signals: [], state: await keepFlights(env) }),
  };
}
