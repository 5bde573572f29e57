import { isoTimestamp } from '../base/clock.js';
import { HOUR_MS, type Memory } from './memory.js';
import type { Rule, Surroundings } from './rule.js';
import { fromGate } from '../rules/from-gate.js';
import type { Sighting } from './sighting.js';

/** What a gate looks at. */
export interface GateInput {
  rule: Rule;
  sighting: Sighting;
  /** The sighting's own signal came of a repair. */
  isOfRepair: boolean;
  /** What was missing has come meanwhile. */
  isAnswered: boolean;
  memory: Memory;
  nowMs: number;
  /** Repairs of all rules in an hour. */
  budget: number;
  daemons: Surroundings['daemons'];
}

/** One question that a rule was asked. */
export interface Check {
  check: string;
  passed: boolean;
  detail: string;
}

type Gate = (input: GateInput) => Omit<Check, 'check'>;

/** The gates of a budget: what they hold back is told to an operator. */
const BUDGETS: ReadonlySet<string> = new Set(['budget', 'colony_budget']);

/** More subjects of one rule are not followed. */
const MOST_CASES = 100;

const GATES: Record<string, Gate> = {
  enabled: ({ rule: { enabled } }) => ({
    passed: enabled,
    detail: enabled ? 'the rule is on' : 'the rule is switched off',
  }),
  from: ({ rule, sighting: { from } }) => fromGate(rule, from),
  lineage: ({ isOfRepair }) => ({
    passed: !isOfRepair,
    detail: isOfRepair ? 'a repair led to it, and a repair leads to no other' : 'no repair led to it',
  }),
  missing: ({ isAnswered }) => ({
    passed: !isAnswered,
    detail: isAnswered ? 'what was missing has come' : 'it is so',
  }),
  target: targetGate,
  still: ({ rule, sighting, memory }) => {
    const { still } = memory.case(rule.name, sighting.subject);
    if (still === null) return { passed: true, detail: 'the rule may act' };
    return { passed: false, detail: `it stands still since ${isoTimestamp(still.sinceMs)}: ${still.reason}` };
  },
  open: ({ rule, sighting, memory }) => {
    const { open } = memory.case(rule.name, sighting.subject);
    if (open === null) return { passed: true, detail: 'no repair is under way' };
    return { passed: false, detail: `repair ${open.repair} is under way` };
  },
  cooldown: ({ rule, sighting, memory, nowMs }) => {
    const untilMs = (memory.case(rule.name, sighting.subject).repairedMs ?? -Infinity) + rule.cooldown;
    if (nowMs >= untilMs) return { passed: true, detail: 'not cooling down' };
    return { passed: false, detail: `cooling down until ${isoTimestamp(untilMs)}` };
  },
  budget: ({ rule, memory, nowMs }) => budgetGate(memory.repairsOf(rule.name, nowMs), rule.budget),
  colony_budget: ({ memory, nowMs, budget }) => budgetGate(memory.repairs(nowMs), budget),
  room: ({ rule, sighting, memory }) => {
    const { cases } = memory.rule(rule.name);
    const passed = cases.some(([subject]) => subject === sighting.subject) || cases.length < MOST_CASES;
    return { passed, detail: passed ? 'its subject is followed' : `${MOST_CASES} subjects are followed already` };
  },
};

/** Asks the gates in turn, and stops at the first that is closed. */
export function passGates(input: GateInput): { checks: Check[]; closed: Check | undefined } {
  const checks: Check[] = [];
  for (const [check, gate] of Object.entries(GATES)) {
    checks.push({ check, ...gate(input) });
    if (checks.at(-1)?.passed === false) break;
  }
  return { checks, closed: checks.find(({ passed }) => !passed) };
}

/** Whom or what a rule acts on: a daemon, a signal or a program; null where the event names no daemon. */
export function targetOf({ do: act }: Rule, { daemon }: Pick<Sighting, 'daemon'>): string | null {
  if (act.action === 'repair_signal') return act.signal;
  return act.action === 'run_command' ? act.command : (act.daemon ?? daemon);
}

/** The healer does not end itself, and the hub, which handles nothing, cannot be paused. */
function targetGate({ rule, sighting, daemons }: GateInput): Omit<Check, 'check'> {
  const target = targetOf(rule, sighting);
  if (target === null) return { passed: false, detail: 'the event names no daemon' };
  if (!actsOnDaemon(rule)) return { passed: true, detail: target };
  const known = daemons.find(({ name }) => name === target);
  if (known === undefined) return { passed: false, detail: `${target} is no daemon that a rule may name` };
  const isUseless = known.role === 'hub' && rule.do.action === 'pause_daemon';
  return { passed: !isUseless, detail: isUseless ? `${target} handles nothing, and cannot be paused` : target };
}

function budgetGate(used: number, most: number): Omit<Check, 'check'> {
  return { passed: used < most, detail: `${used} of ${most} repairs in an hour` };
}

function actsOnDaemon({ do: { action } }: Rule): boolean {
  return action !== 'repair_signal' && action !== 'run_command';
}

/** What an operator has to know of; a gate that opens by itself is no such thing. */
export function stuckBy(failure: string | undefined, closed: Check | undefined, nowMs: number) {
  if (failure !== undefined) return { reason: failure, leastMs: nowMs };
  if (closed === undefined || !BUDGETS.has(closed.check)) return undefined;
  return { reason: closed.detail, leastMs: nowMs + HOUR_MS };
}
