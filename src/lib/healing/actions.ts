import { z } from 'zod';
import { endMarked } from '../base/marked-processes.js';
import { own } from '../base/own.js';
import type { Pause } from '../bus/bus.js';
import { refused, type Action, type CarryOutInput, type Deed, type Order } from './deed.js';
import { Memory } from './memory.js';
import { markOf, runCommand } from './run-command.js';

/** It is said in the transaction in which it is answered for: an attempt that was cut short has said nothing. */
const repairSignal: Action = {
  act: async ({ facts }) => {
    const signal = facts.emit_signal ?? '';
    return { outcome: 'made', detail: `said ${signal}`, says: { signal, facts: facts.emit_facts ?? {} } };
  },
  after: async () => undefined,
};

const pids = z.array(z.number());

/** It was done where a process of the daemon is gone that was there; whoever keeps it starts another. */
const restartDaemon: Action = {
  before: ({ target }, input) => pidsOf(target, input),
  act: async ({ target }, { colony, abort }) => ({
    outcome: 'made',
    detail: `${await colony.restart(target, abort)} restarted it`,
  }),
  after: async ({ target }, input, note) => {
    const before = pids.catch([]).parse(note);
    const now = await pidsOf(target, input);
    const isDone = before.length === 0 ? now.length > 0 : before.some((pid) => !now.includes(pid));
    return isDone ? { outcome: 'made', detail: 'it was restarted, as the monitor was meanwhile' } : undefined;
  },
};

async function pidsOf(daemon: string, { colony }: CarryOutInput): Promise<number[]> {
  return (await colony.processes()).flatMap(({ name, pid }) => (name === daemon ? [pid] : []));
}

/** Who is paused already stays so by the word of whoever did it. */
const pauseDaemon: Action = {
  act: async (order, { colony, clock }) => {
    const { rule, target, facts } = order;
    const by = pausedBy(rule);
    const now = await colony.pauseOf(target);
    if (now !== undefined && now.by !== by) return refused(`${target} is paused by ${now.by}`);
    const pause = { by, reason: facts.reason, sinceMs: clock.nowMs() };
    await colony.setPaused(target, pause);
    return paused(order, pause);
  },
  after: async (order, { colony }) => {
    const now = await colony.pauseOf(order.target);
    return now?.by === pausedBy(order.rule) ? paused(order, now) : undefined;
  },
};

function paused({ id, trace, rule, target, facts }: Order, { sinceMs }: Pick<Pause, 'sinceMs'>): Deed {
  const forMs = facts.pause_ms ?? 0;
  const memory = new Memory({});
  memory.setPause(target, { daemon: target, rule, repair: id, trace, sinceMs, untilMs: sinceMs + forMs, lift: null });
  return { outcome: 'made', detail: `paused for ${forMs / 1000} s`, state: memory.changes() };
}

/** Only the rule's own pause is lifted: an operator's word, also to go on, counts for more. */
export const resumeDaemon: Action = {
  act: async ({ rule, target }, { colony }) => {
    const state = withoutPause(target);
    const now = await colony.pauseOf(target);
    if (now?.by !== pausedBy(rule)) {
      const whose = now === undefined ? 'it goes on already' : `it is paused by ${now.by}`;
      return { ...refused(whose), state };
    }
    await colony.setPaused(target, null);
    return { outcome: 'made', detail: 'goes on', state };
  },
  after: async ({ target }, { colony }) => {
    const isLifted = (await colony.pauseOf(target)) === undefined;
    return isLifted ? { outcome: 'made', detail: 'goes on', state: withoutPause(target) } : undefined;
  },
};

function withoutPause(target: string) {
  const memory = new Memory({});
  memory.setPause(target, null);
  return memory.changes();
}

function pausedBy(rule: string): string {
  return `healing rule ${rule}`;
}

const clearStuckLease: Action = {
  act: async ({ target }, { colony }) => {
    const cleared = await colony.clearLeases(target);
    if (cleared === 0) return refused(`nothing that ${target} holds is stuck`);
    return { outcome: 'made', detail: `${cleared} may be claimed again` };
  },
  // What the earlier attempt gave back is not stuck any more.
  after: async ({ target }, { colony }) => {
    const cleared = await colony.clearLeases(target);
    return { outcome: 'made', detail: `${cleared} more may be claimed again, after a start that was cut short` };
  },
};

/** Nobody can see from outside whether a program has done its work: it is not run twice. */
const runProgram: Action = {
  act: async ({ id, rule, target, facts }, { config, abort }) => {
    const command = own(config.healing.commands, target);
    if (command === undefined) return refused(`${target} is not in healing.commands of the configuration`);
    const about = { repair: id, rule, subject: facts.subject ?? '' };
    const { succeeded, detail } = await runCommand({ command, home: config.home, ...about, abort });
    abort.throwIfAborted();
    return { outcome: succeeded ? 'made' : 'failed', detail };
  },
  after: async ({ id, target }, { config }) => {
    await endMarked(markOf(config.home, id));
    return { outcome: 'unknown', detail: `the monitor ended while ${target} ran, which is not run twice` };
  },
};

/** By the name that a rule gives them; to let a daemon go on is the healer's own. */
export const ACTIONS: Readonly<Record<string, Action>> = {
  repair_signal: repairSignal,
  restart_daemon: restartDaemon,
  pause_daemon: pauseDaemon,
  clear_stuck_lease: clearStuckLease,
  run_command: runProgram,
};
