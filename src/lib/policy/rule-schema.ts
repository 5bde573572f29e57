import { z } from 'zod';
import { duration } from '../rules/duration.js';
import { signalNameSchema } from '../signals/name.js';
import { timeRange } from './quiet-hours.js';

const quietHours = z.string().transform((text, context) => {
  const range = timeRange(text);
  if (range) return range;
  context.addIssue({ code: 'custom', message: `${JSON.stringify(text)} is not a time of day; write e.g. 22:00-06:00` });
  return z.NEVER;
});

/** What happens after a failed answer. */
const retries = z.strictObject({
  /** Retries after the first failure; 0 is none. */
  most: z.number().int().min(0).max(20).default(3),
  /** Pause before the first retry; each further one is twice as long. */
  pause: duration.prefault('10m'),
  longest: duration.prefault('4h'),
});

/** One rule of policies.yaml, complete; docs/policies.md explains each key. */
export const ruleSchema = z.strictObject({
  name: z.string().regex(/^[\w-]{1,64}$/, 'a name is letters, digits, _ and -'),
  enabled: z.boolean().default(true),
  /** Why the rule is there, for people. */
  purpose: z.string().default(''),
  hears: signalNameSchema,
  /** On whose word it acts: the colony's and that of those who may act as it does, or also that of peers who may only ask. */
  from: z.enum(['colony', 'peers']).default('colony'),
  when: z.string().min(1).default('true'),
  say: signalNameSchema,
  /** Facts of what is said; a text that begins with `=` is a CEL expression. */
  with: z.record(z.string(), z.unknown()).default({}),
  /** CEL; the rule acts once for each value of it. */
  once: z.string().min(1).optional(),
  cooldown: duration.prefault('0s'),
  in_flight: z.number().int().min(1).default(1),
  quiet_hours: z.array(quietHours).default([]),
  answer_within: duration.prefault('2h'),
  retries: retries.prefault({}),
  when_blocked: z.enum(['skip', 'wait']).default('skip'),
});

/** The whole of policies.yaml, before its rules are merged with the built-in ones. */
export const policiesSchema = z.strictObject({
  time_zone: z.string().refine(isTimeZone, 'no such time zone; write e.g. UTC or Europe/Berlin').optional(),
  rules: z.array(z.looseObject({ name: z.string() })).default([]),
});

/** A file of rules, its defaults filled in. */
export type PoliciesFile = z.output<typeof policiesSchema>;

/** A rule as it is written. */
export type RuleInput = z.input<typeof ruleSchema>;

/** A rule with its defaults, before its expressions are compiled. */
export type RuleSource = z.output<typeof ruleSchema>;

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
