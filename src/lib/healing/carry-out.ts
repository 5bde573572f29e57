import type { Clock } from '../base/clock.js';
import { errorCode, KlorosError, toError } from '../base/errors.js';
import type { Pause, StateChange } from '../bus/bus.js';
import type { Config } from '../config/schema.js';
import type { Draft, Signal } from '../signals/envelope.js';
import { readFacts, say } from '../signals/facts.js';
import { Memory } from './memory.js';
import { runCommand } from './run-command.js';

/** What is done to others. */
export interface RepairDoor {
  /** Answers who started it again. Throws CANNOT_RESTART. */
  restart(daemon: string, abort: AbortSignal): Promise<string>;
  pauseOf(daemon: string): Promise<Pause | undefined>;
  setPaused(daemon: string, pause: Pause | null): Promise<void>;
  clearLeases(daemon: string): Promise<number>;
}

/** With what a repair is carried out. */
export interface CarryOutInput {
  config: Pick<Config, 'home' | 'healing'>;
  state: Readonly<Record<string, unknown>>;
  colony: RepairDoor;
  clock: Clock;
  abort: AbortSignal;
}

/** What came of it, for one transaction. */
export interface CarriedOut {
  signals: Draft[];
  state: StateChange[];
}

/** What an action did. */
interface Deed {
  outcome: 'made' | 'failed' | 'refused';
  detail: string;
  says?: Draft;
  state?: StateChange[];
}

type Started = ReturnType<typeof readFacts<'Q_REPAIR_STARTED'>>;
type Action = (order: Order, input: CarryOutInput) => Promise<Deed>;

/** A repair that a rule decided on. */
interface Order {
  id: string;
  trace: string;
  facts: Started;
  target: string;
  rule: string;
}

/**
 * Carries out what a rule decided, and answers with what came of it. Only that is done which the monitor's own state
 * knows as decided and not judged: a Q_REPAIR_STARTED of anybody else, also a replayed one, does nothing.
 * After a crash it is done again; each action may be.
 */
export async function carryOut(signal: Signal, input: CarryOutInput): Promise<CarriedOut> {
  const facts = readFacts(signal, 'Q_REPAIR_STARTED');
  const { rule, action, target } = facts;
  const startMs = input.clock.monotonicMs();
  const order = { id: signal.id, trace: signal.trace, facts, target, rule };
  const { outcome, detail, says, state = [] } = await deedOf(order, input);
  const durationMs = Math.round(input.clock.monotonicMs() - startMs);
  const made = say('Q_REPAIR_MADE', { rule, action, target, outcome, detail, duration_ms: durationMs });
  return { signals: [made, ...(says === undefined ? [] : [says])], state };
}

async function deedOf(order: Order, input: CarryOutInput): Promise<Deed> {
  const memory = new Memory(input.state);
  const { subject, action } = order.facts;
  const isLift = memory.pauses().some(({ lift }) => lift === order.id);
  const isOpen = memory.case(order.rule, subject ?? '').open?.repair === order.id;
  const act = isLift ? resume : isOpen ? ACTIONS[action] : undefined;
  if (act === undefined) return refused('no rule decided on it, or it was judged meanwhile');
  try {
    return await act(order, input);
  } catch (error) {
    if (input.abort.aborted) throw error;
    const why = error instanceof KlorosError && error.why !== undefined ? `: ${error.why}` : '';
    const detail = `${toError(error).message}${why}`;
    return { outcome: errorCode(error) === 'CANNOT_RESTART' ? 'refused' : 'failed', detail };
  }
}

const ACTIONS: Readonly<Record<string, Action>> = {
  repair_signal: async ({ facts }) => {
    const signal = facts.emit_signal ?? '';
    return { outcome: 'made', detail: `said ${signal}`, says: { signal, facts: facts.emit_facts ?? {} } };
  },
  restart_daemon: async ({ target }, { colony, abort }) => ({
    outcome: 'made',
    detail: `${await colony.restart(target, abort)} restarted it`,
  }),
  pause_daemon: pause,
  clear_stuck_lease: async ({ target }, { colony }) => {
    const cleared = await colony.clearLeases(target);
    return cleared === 0
      ? refused(`nothing that ${target} holds is stuck`)
      : { outcome: 'made', detail: `${cleared} may be claimed again` };
  },
  run_command: async ({ id, rule, target, facts }, { config, abort }) => {
    const command = config.healing.commands[target];
    if (command === undefined) return refused(`${target} is not in healing.commands of the configuration`);
    const about = { repair: id, rule, subject: facts.subject ?? '' };
    const { succeeded, detail } = await runCommand({ command, home: config.home, ...about, abort });
    abort.throwIfAborted();
    return { outcome: succeeded ? 'made' : 'failed', detail };
  },
};

/** Who is paused already stays so by the word of whoever did it. */
async function pause({ id, trace, rule, target, facts }: Order, { colony, clock }: CarryOutInput): Promise<Deed> {
  const by = pausedBy(rule);
  const before = await colony.pauseOf(target);
  if (before !== undefined && before.by !== by) return refused(`${target} is paused by ${before.by}`);
  const sinceMs = clock.nowMs();
  const untilMs = sinceMs + (facts.pause_ms ?? 0);
  await colony.setPaused(target, { by, reason: facts.reason, sinceMs });
  const record = { daemon: target, rule, repair: id, trace, sinceMs, untilMs, lift: null };
  const memory = new Memory({});
  memory.setPause(target, record);
  return { outcome: 'made', detail: `paused for ${(facts.pause_ms ?? 0) / 1000} s`, state: memory.changes() };
}

/** Only the rule's own pause is lifted: an operator's word, also to go on, counts for more. */
async function resume({ rule, target }: Order, { colony }: CarryOutInput): Promise<Deed> {
  const memory = new Memory({});
  memory.setPause(target, null);
  const state = memory.changes();
  const now = await colony.pauseOf(target);
  if (now?.by !== pausedBy(rule)) {
    const whose = now === undefined ? 'it goes on already' : `it is paused by ${now.by}`;
    return { ...refused(whose), state };
  }
  await colony.setPaused(target, null);
  return { outcome: 'made', detail: 'goes on', state };
}

function pausedBy(rule: string): string {
  return `healing rule ${rule}`;
}

function refused(detail: string): Deed {
  return { outcome: 'refused', detail };
}
