import { parseDurationMs } from '../base/duration.js';
import { toError } from '../base/errors.js';
import type { Config } from '../config/schema.js';
import { checkFacts } from '../signals/facts.js';
import type { Expectation } from './expectation.js';
import { timeoutFacts } from './say.js';

/** The pairs in force, and what is wrong with those that cannot be. */
export interface Declared {
  expectations: Expectation[];
  problems: string[];
}

/** The pairs that a configuration declares; one whose signal could not be said is left out, with words. */
export function expectationsOf(config: Pick<Config, 'expectations'>): Declared {
  const declared: Declared = { expectations: [], problems: [] };
  for (const [until, setting] of Object.entries(config.expectations)) {
    if (!setting.enabled) continue;
    const { after, emit, action, by = null } = setting;
    const times = { withinMs: parseDurationMs(setting.within), waitingMs: parseDurationMs(setting.waiting) };
    const expectation = { until, after, emit, action, by, ...times };
    const problem = problemOf(expectation);
    if (problem === undefined) declared.expectations.push(expectation);
    else declared.problems.push(`${until} is not expected: ${problem}`);
  }
  return declared;
}

/** Names that a daemon says for these pairs. */
export function emittedFor(config: Pick<Config, 'expectations'>): string[] {
  return [...new Set(expectationsOf(config).expectations.map(({ emit }) => emit))];
}

function problemOf(expectation: Expectation): string | undefined {
  const { emit, after, until, action, withinMs: limitMs } = expectation;
  if (new Set([after, until, emit]).size < 3) return 'after, emit and itself are three different signals';
  try {
    checkFacts(emit, timeoutFacts(expectation, { id: 'id', key: 'key' }, { action, limitMs }));
    return undefined;
  } catch (error) {
    return `emit: ${toError(error).message}`;
  }
}
