import { watchFile } from '../lib/base/file-watch.js';
import { WakeUp } from '../lib/base/wake-up.js';
import type { StateChange } from '../lib/bus/bus.js';
import { lookForModules } from '../lib/capabilities/look.js';
import { ModuleWatch } from '../lib/capabilities/module-watch.js';
import { pathsOf } from '../lib/config/paths.js';
import { FLOW_ANEW } from '../lib/health/conditions/flow-state.js';
import { lookAtHealth } from '../lib/health/conditions/look.js';
import { emittedFor } from '../lib/expectations/declared.js';
import type { TimeoutWatch } from '../lib/expectations/timeout-watch.js';
import type { Healer } from '../lib/healing/healer.js';
import { lookForRepairs, repair } from '../lib/healing/look.js';
import { openHealer } from '../lib/healing/open-healer.js';
import { lookForTimeouts } from '../lib/expectations/look.js';
import { openTimeoutWatch } from '../lib/expectations/open-timeout-watch.js';
import { lookAtPromotions } from '../lib/promotions/look.js';
import { keepFlights, noteAlert } from '../lib/recording/flight.js';
import {
  defineDaemon,
  type Attempt,
  type DaemonEnv,
  type SourceBatch,
  type SourceEnv,
} from '../lib/runtime/define-daemon.js';
import type { Config } from '../lib/config/schema.js';
import type { Draft, Signal } from '../lib/signals/envelope.js';
import { readFacts } from '../lib/signals/facts.js';

/** What it keeps an eye on from one look to the next. */
interface Watches {
  modules: ModuleWatch;
  timeouts: TimeoutWatch;
  healer: Healer;
}

/**
 * Looks at the colony every minute: promotions, new modules, what is overdue, what is wrong with it or its machine, and
 * what is to be repaired.
 */
export const orchestratorMonitor = defineDaemon<Watches>({
  name: 'orchestrator_monitor',
  purpose: 'Watch promotions, the registry and the health of the colony, and repair what can be',
  hears: ['Q_MODULE_INTEGRATED', 'Q_HEALTH_ALERT', 'Q_REPAIR_STARTED'],
  says: [
    'Q_PROMOTIONS_DETECTED',
    'Q_MODULE_DISCOVERED',
    'Q_HEALTH_ALERT',
    'Q_INVESTIGATION_TIMEOUT',
    'Q_DREAM_TIMEOUT',
    'Q_REPAIR_STARTED',
    'Q_REPAIR_MADE',
    'Q_REPAIR_JUDGED',
  ],
  alsoSays: (config) => [...emittedFor(config), ...config.healing.alsoSays],
  timeoutMs: longestRepairMs,
  from: 'now',
  open,
  handle: hear,
  source: watch,
});

async function open(env: DaemonEnv): Promise<Watches> {
  const state = await env.state();
  return {
    modules: moduleWatch(env),
    timeouts: openTimeoutWatch(env, state),
    healer: openHealer(env, state),
  };
}

/** A restart waits for the orderly end of a daemon and for its start. */
const RESTART_MS = 180_000;

function longestRepairMs({ healing }: Config): number {
  const commandsMs = Object.values(healing.commands).map(({ timeoutMs }) => timeoutMs);
  return RESTART_MS + Math.max(0, ...commandsMs);
}

function moduleWatch(env: DaemonEnv): ModuleWatch {
  return new ModuleWatch({
    registryPath: pathsOf(env.config).capabilities,
    clock: env.clock,
    state: () => env.state(),
  });
}

interface Part {
  signals: Draft[];
  state: StateChange[];
}

/** Of an alert the flight recorder takes note; what is noted is written by a later round, so that a full disk holds up nobody. */
async function hear(signal: Signal, attempt: Attempt, watches: Watches): Promise<Part> {
  if (signal.signal === 'Q_HEALTH_ALERT') return { signals: [], state: await noteAlert(signal, attempt) };
  if (signal.signal === 'Q_REPAIR_STARTED') return repair(signal, attempt);
  return hearIntegration(signal, attempt, watches);
}

/** An integration is the moment at which a module appears: it is spoken of at once, and not at the next minute. */
async function hearIntegration(signal: Signal, attempt: Attempt, { modules }: Watches): Promise<Part> {
  const { module_name } = readFacts(signal, 'Q_MODULE_INTEGRATED');
  return lookForModules(attempt.config, () => modules.look(signal.id, module_name));
}

/** Every interval a look at everything; in between, one at the registry whenever somebody changed it. */
async function* watch(env: SourceEnv, abort: AbortSignal, watches: Watches): AsyncGenerator<SourceBatch> {
  const wakeUp = new WakeUp();
  const registry = watchFile(pathsOf(env.config).capabilities, () => wakeUp.call());
  try {
    for (let dueMs = -Infinity, isEdited = false; !abort.aborted;) {
      // A rest that no edit ended has lasted until the next round is due; edits without end do not keep it waiting.
      const isDue = !isEdited || env.clock.monotonicMs() >= dueMs;
      const batch = await look(env, isDue ? roundOf(env, watches) : editsOf(env, watches));
      if (batch.signals.length + batch.state.length > 0) yield batch;
      if (isDue) {
        // After the rest was committed, so that a timeout of this round has its repair in this round.
        const repairs = await look(env, { repairs: () => lookForRepairs(watches.healer, env) });
        if (repairs.signals.length + repairs.state.length > 0) yield repairs;
      }
      if (isDue) dueMs = env.clock.monotonicMs() + env.config.monitor.intervalMs;
      isEdited = await wakeUp.rest(Math.max(1, dueMs - env.clock.monotonicMs()), abort);
      if (await wasHeldBack(env)) {
        watches.timeouts.beginAnew();
        watches.healer.beginAnew();
        yield { signals: [], state: [FLOW_ANEW] };
      }
    }
  } finally {
    await registry.close();
  }
}

/** Waits while the colony is held back, e.g. by maintenance, and says whether it was; what waited with it is not late. */
async function wasHeldBack(env: SourceEnv): Promise<boolean> {
  const shutMs = env.clock.monotonicMs();
  await env.ready();
  return env.clock.monotonicMs() - shutMs > HELD_MS;
}

/** Waiting for longer is being held back, and not the moment that the question takes. */
const HELD_MS = 1_000;

type Looks = Record<string, () => Promise<Part>>;

function editsOf(env: DaemonEnv, { modules }: Watches): Looks {
  return { registry: () => lookForModules(env.config, () => modules.lookAtEdits('clock')) };
}

function roundOf(env: DaemonEnv, { modules, timeouts }: Watches): Looks {
  return {
    promotions: async () => ({ signals: await lookAtPromotions(env), state: [] }),
    health: () => lookAtHealth(env),
    registry: () => lookForModules(env.config, () => modules.look('clock')),
    timeouts: () => lookForTimeouts(timeouts, env.log),
    recordings: async () => ({ signals: [], state: await keepFlights(env) }),
  };
}

/** A part that fails is told of, keeps no other from speaking, and has its next round. */
async function look(env: DaemonEnv, looks: Looks): Promise<Part> {
  const said: Part = { signals: [], state: [] };
  for (const [subject, lookAt] of Object.entries(looks)) {
    try {
      const part = await lookAt();
      said.signals.push(...part.signals);
      said.state.push(...part.state);
    } catch (error) {
      env.log.warn({ err: error }, `The ${subject} could not be looked at; the next round tries again`);
    }
  }
  return said;
}
