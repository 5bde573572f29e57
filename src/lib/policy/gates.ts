import { isoTimestamp } from '../base/clock.js';
import { errorCode, toError } from '../base/errors.js';
import type { Facts, Signal } from '../signals/envelope.js';
import type { Check } from './decision.js';
import type { Memory } from './memory.js';
import { localTime, quietUntilMs, rangeText } from './quiet-hours.js';
import type { Rule } from './rule.js';
import { fromGate } from '../rules/from-gate.js';
import type { Entrance } from '../signals/origin.js';

/** What a gate looks at. */
export interface GateInput {
  rule: Rule;
  memory: Memory;
  nowMs: number;
  timeZone: string | undefined;
  signal: Signal;
  /** By which door it came in. */
  from: Entrance;
  facts: Facts;
  /** Which case of the rule this is. */
  caseKey: string;
}

/** What a gate says. */
export interface Gate {
  passed: boolean;
  detail: string;
  /** When it may open; null where only another signal can open it. */
  untilMs?: number;
  /** It is closed because to decide it would have taken too many steps. */
  isBounded?: boolean;
}

/** What the gates said, up to the first that is closed. */
export interface Passage {
  checks: Check[];
  /** The one that is closed; undefined where all are open. */
  closed: (Gate & { check: string }) | undefined;
}

/** Gates of an advisory: is this a case for the rule, and may it act now. */
export const ADVISORY_GATES = ['enabled', 'from', 'when', 'once', 'quiet_hours', 'in_flight', 'cooldown'] as const;

/** Gates of what has waited: its case was decided before, only the moment is asked for. */
export const WAITING_GATES = ['enabled', 'quiet_hours', 'in_flight'] as const;

/** Gates that time or an answer opens again; what they hold back may wait. */
const TEMPORARY: ReadonlySet<string> = new Set(['quiet_hours', 'in_flight', 'cooldown']);

/** Whether waiting helps against a closed gate. */
export function isTemporary(check: string): boolean {
  return TEMPORARY.has(check);
}

/** Asks the gates in turn, and stops at the first that is closed. */
export function passGates(names: readonly GateName[], input: GateInput): Passage {
  const checks: Check[] = [];
  for (const check of names) {
    const gate = GATES[check](input);
    checks.push({ check, passed: gate.passed, detail: gate.detail });
    if (!gate.passed) return { checks, closed: { ...gate, check } };
  }
  return { checks, closed: undefined };
}

/** What an expression of a rule sees. */
export function valuesOf({ rule, memory, nowMs, timeZone, signal, facts }: GateInput): Record<string, unknown> {
  const { actedAtMs, failures } = memory.rule(rule.name);
  const state = {
    in_flight: inFlight(memory, rule).length,
    failures,
    acted: actedAtMs !== null,
    minutes_since_acted: actedAtMs === null ? Number.MAX_SAFE_INTEGER : (nowMs - actedAtMs) / 60_000,
  };
  const now = { ...localTime(nowMs, timeZone) };
  return { signal: signal.signal, source: signal.source, facts, state, now };
}

type GateName = (typeof ADVISORY_GATES)[number];

const GATES: Record<GateName, (input: GateInput) => Gate> = {
  from: ({ rule, from }) => fromGate(rule, from),
  enabled: ({ rule }) => ({
    passed: rule.enabled,
    detail: rule.enabled ? 'the rule is on' : 'the rule is switched off',
  }),
  when: whenGate,
  once: onceGate,
  quiet_hours: quietGate,
  in_flight: flightGate,
  cooldown: cooldownGate,
};

function whenGate(input: GateInput): Gate {
  const { when } = input.rule;
  try {
    const passed = input.rule.holds(valuesOf(input)) === true;
    return { passed, detail: `${when} is ${passed ? 'true' : 'not true'}` };
  } catch (error) {
    const detail = `${when} cannot be decided: ${toError(error).message.split('\n')[0] ?? ''}`;
    return { passed: false, detail, isBounded: errorCode(error) === 'EXPRESSION_TOO_LONG' };
  }
}

function onceGate({ rule, memory, caseKey }: GateInput): Gate {
  if (rule.caseOf === undefined) return { passed: true, detail: 'each signal is a case of its own' };
  const last = memory.rule(rule.name);
  if (last.caseKey !== caseKey) return { passed: true, detail: 'this case is new' };
  const retry = memory.waits().find(([, wait]) => wait.rule === rule.name && wait.caseKey === caseKey);
  const then = retry === undefined ? '' : `; attempt ${retry[1].attempt} comes at ${isoTimestamp(retry[1].dueMs)}`;
  return { passed: false, detail: `the same case was acted on by decision ${last.decision ?? 'unknown'}${then}` };
}

function quietGate({ rule, nowMs, timeZone }: GateInput): Gate {
  const untilMs = quietUntilMs(rule.quiet_hours, nowMs, timeZone);
  if (untilMs === undefined) return { passed: true, detail: 'no quiet hours now' };
  const detail = `quiet hours ${rule.quiet_hours.map(rangeText).join(', ')}, until ${isoTimestamp(untilMs)}`;
  return { passed: false, detail, untilMs };
}

function flightGate({ rule, memory }: GateInput): Gate {
  const flying = inFlight(memory, rule);
  const detail = `${flying.length} of ${rule.in_flight} ${rule.say} in flight`;
  if (flying.length < rule.in_flight) return { passed: true, detail };
  const [oldest] = flying;
  return { passed: false, detail, untilMs: oldest?.[1].answerByMs ?? 0 };
}

function cooldownGate({ rule, memory, nowMs }: GateInput): Gate {
  const { actedAtMs } = memory.rule(rule.name);
  const untilMs = (actedAtMs ?? -Infinity) + rule.cooldown;
  if (nowMs >= untilMs) return { passed: true, detail: 'not cooling down' };
  return { passed: false, detail: `cooling down until ${isoTimestamp(untilMs)}`, untilMs };
}

/** What the rule says is counted whichever rule said it: one cycle is one cycle. */
function inFlight(memory: Memory, rule: Rule) {
  return memory.flights().filter(([, flight]) => flight.signal === rule.say);
}
