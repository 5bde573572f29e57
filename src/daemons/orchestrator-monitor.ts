import { errorCode } from '../lib/base/errors.js';
import { watchFile } from '../lib/base/file-watch.js';
import { WakeUp } from '../lib/base/wake-up.js';
import type { StateChange } from '../lib/bus/bus.js';
import { discoveryFacts, type NewModules } from '../lib/capabilities/discovery.js';
import { ModuleWatch } from '../lib/capabilities/module-watch.js';
import { pathsOf } from '../lib/config/paths.js';
import { alertChanges } from '../lib/health/conditions/alerts.js';
import { checkConditions } from '../lib/health/conditions/check.js';
import { FLOW_ANEW, flowChange } from '../lib/health/conditions/flow-state.js';
import { emittedFor } from '../lib/expectations/declared.js';
import type { TimeoutWatch } from '../lib/expectations/timeout-watch.js';
import { carryOut } from '../lib/healing/carry-out.js';
import type { Healer } from '../lib/healing/healer.js';
import { openHealer } from '../lib/healing/open-healer.js';
import { openTimeoutWatch } from '../lib/expectations/open-timeout-watch.js';
import { promotionFacts } from '../lib/promotions/facts.js';
import { scanPromotions } from '../lib/promotions/promotions.js';
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
import { readFacts, say } from '../lib/signals/facts.js';

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

const NOTHING: Part = { signals: [], state: [] };

/** Of an alert the flight recorder takes note; what is noted is written by a later round, so that a full disk holds up nobody. */
async function hear(signal: Signal, attempt: Attempt, watches: Watches): Promise<Part> {
  if (signal.signal === 'Q_HEALTH_ALERT') return { signals: [], state: await noteAlert(signal, attempt) };
  if (signal.signal === 'Q_REPAIR_STARTED') return repair(signal, attempt);
  return hearIntegration(signal, attempt, watches);
}

async function repair(signal: Signal, attempt: Attempt): Promise<Part> {
  const { config, colony, clock, abort, log } = attempt;
  const done = await carryOut(signal, { config, colony, clock, abort, state: await attempt.state() });
  const { rule, action, target, outcome, detail } = done.signals[0]?.facts ?? {};
  log.info({ rule, outcome }, `Repair of ${String(target)} by ${String(action)}: ${String(detail)}`);
  return done;
}

/** An integration is the moment at which a module appears: it is spoken of at once, and not at the next minute. */
async function hearIntegration(signal: Signal, attempt: Attempt, { modules }: Watches): Promise<Part> {
  const { module_name } = readFacts(signal, 'Q_MODULE_INTEGRATED');
  return modulesSaid(attempt, () => modules.look(signal.id, module_name));
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
        const repairs = await look(env, { repairs: () => repairsSaid(env, watches) });
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
  return { registry: () => modulesSaid(env, () => modules.lookAtEdits('clock')) };
}

function roundOf(env: DaemonEnv, { modules, timeouts }: Watches): Looks {
  return {
    promotions: () => promotionsSaid(env),
    health: () => healthSaid(env),
    registry: () => modulesSaid(env, () => modules.look('clock')),
    timeouts: () => timeoutsSaid(env, timeouts),
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

async function promotionsSaid({ config, clock }: DaemonEnv): Promise<Part> {
  const { promotions } = pathsOf(config);
  const facts = promotionFacts(await scanPromotions(promotions), promotions, clock.nowMs());
  return facts ? { signals: [say('Q_PROMOTIONS_DETECTED', facts)], state: [] } : NOTHING;
}

async function healthSaid(env: DaemonEnv): Promise<Part> {
  const [state, nowMs] = [await env.state(), env.clock.nowMs()];
  const { flow, change } = flowChange(await env.flow(), state, nowMs);
  const consumers = await env.journal.consumers();
  const { findings, failed } = await checkConditions({ config: env.config, nowMs, flow, consumers });
  for (const { type, error } of failed) env.log.warn({ err: error }, `The check ${type} could not be made`);
  const changes = alertChanges(findings, state);
  for (const type of changes.cleared) env.log.info(`${type} has cleared`);
  return {
    signals: changes.alerts.map((facts) => say('Q_HEALTH_ALERT', facts)),
    state: [...change, ...changes.state],
  };
}

async function modulesSaid({ config }: DaemonEnv, look: () => Promise<NewModules>): Promise<Part> {
  try {
    const { discovered, state } = await look();
    const facts = await Promise.all(discovered.map((entry) => discoveryFacts(entry, config.sourceRoots)));
    return { signals: facts.map((known) => say('Q_MODULE_DISCOVERED', known)), state };
  } catch (error) {
    if (errorCode(error) === 'REGISTRY_UNREADABLE') return NOTHING; // A health alert says so; later rounds look again.
    throw error;
  }
}

async function timeoutsSaid({ log }: DaemonEnv, timeouts: TimeoutWatch): Promise<Part> {
  const { signals, state, late } = await timeouts.look();
  for (const { expectation, trigger, answer } of late)
    log.info({ id: answer.id, timeout: trigger.told?.timeoutId }, `${expectation.until} came after its timeout`);
  return { signals, state };
}

async function repairsSaid(env: DaemonEnv, { healer }: Watches): Promise<Part> {
  const { signals, state, considered, words } = await healer.look(await env.state());
  const { log } = env;
  if (words !== undefined) log.warn(words);
  for (const { rule, subject, outcome, reason } of considered)
    log.info({ rule }, `${subject}: ${outcome === 'repairs' ? 'is repaired' : 'is not repaired'}, ${reason}`);
  return { signals, state };
}
