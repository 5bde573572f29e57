import { z } from 'zod';
import { duration } from '../rules/duration.js';
import { signalNameSchema } from '../signals/name.js';

/** A daemon's name, or `*` for whichever it is. */
const anyDaemon = z.string().min(1).default('*');
const condition = z.string().min(1).default('true');

/** What a rule waits for; docs/healing.md explains each. */
const event = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('missing_signal'), signal: signalNameSchema, where: condition }),
  z.strictObject({ event: z.literal('watchdog'), daemon: anyDaemon, for: duration.prefault('1m') }),
  z.strictObject({
    event: z.literal('restart_storm'),
    daemon: anyDaemon,
    restarts: z.number().int().min(2).max(1_000).default(4),
    within: duration.prefault('10m'),
  }),
  z.strictObject({
    event: z.literal('lag_grows'),
    daemon: anyDaemon,
    above: z.number().int().min(0).default(1_000),
    for: duration.prefault('10m'),
  }),
  z.strictObject({ event: z.literal('health_critical'), alert: z.string().min(1).default('*'), where: condition }),
]);

/** Whom an action is about; absent: the daemon that the event is about. */
const target = z.string().min(1).optional();

/** What a rule does. */
const action = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('repair_signal'),
    signal: signalNameSchema,
    /** A text that begins with `=` is a CEL expression. */
    with: z.record(z.string(), z.unknown()).default({}),
  }),
  z.strictObject({ action: z.literal('restart_daemon'), daemon: target }),
  z.strictObject({ action: z.literal('pause_daemon'), daemon: target, for: duration.prefault('15m') }),
  z.strictObject({ action: z.literal('clear_stuck_lease'), daemon: target }),
  z.strictObject({ action: z.literal('run_command'), command: z.string().min(1) }),
]);

/** By what a repair is judged: what led to it is over, or a signal was said, within a time. */
const helped = z.strictObject({
  within: duration.prefault('10m'),
  signal: signalNameSchema.optional(),
  where: condition,
});

/** Repairs of one rule in an hour, at most. */
const MOST_OF_A_RULE = 60;
/** Repairs of all rules in an hour, at most. */
const MOST_OF_ALL = 100;

/** One rule of healing.yaml, complete. */
export const ruleSchema = z.strictObject({
  name: z.string().regex(/^[\w-]{1,64}$/, 'a name is letters, digits, _ and -'),
  enabled: z.boolean().default(true),
  /** On whose word it acts: the colony's and that of those who may act as it does, or also that of peers who may only ask. */
  from: z.enum(['colony', 'peers']).default('colony'),
  /** Why the rule is there, for people. */
  purpose: z.string().default(''),
  when: event,
  do: action,
  /** Between two repairs of one subject. */
  cooldown: duration.prefault('10m'),
  /** Repairs in an hour. */
  budget: z.number().int().min(1).max(MOST_OF_A_RULE).default(3),
  helped: helped.prefault({}),
});

/** The whole of healing.yaml, before its rules are merged with the built-in ones. */
export const healingSchema = z.strictObject({
  /** Repairs of all rules in an hour. */
  budget: z.number().int().min(1).max(MOST_OF_ALL).default(20),
  rules: z.array(z.looseObject({ name: z.string() })).default([]),
});

/** A file of rules, its defaults filled in. */
export type HealingFile = z.output<typeof healingSchema>;

/** A rule as it is written. */
export type RuleInput = z.input<typeof ruleSchema>;

/** A rule with its defaults, before its expressions are compiled. */
export type RuleSource = z.output<typeof ruleSchema>;

/** What a rule waits for. */
export type RuleEvent = RuleSource['when'];

/** What a rule does. */
export type RuleAction = RuleSource['do'];
