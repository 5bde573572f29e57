import { Flags } from '@oclif/core';
import { systemClock } from '../base/clock.js';
import { closest } from '../base/closest.js';
import { KlorosError } from '../base/errors.js';
import type { Config } from '../config/schema.js';
import { pathsOf } from '../config/paths.js';
import { conditionOf, VARIABLE_TYPES, variablesOf, type Condition, type LetterFilter } from '../dead-letter/filter.js';
import type { Letter } from '../dead-letter/letter.js';
import { DeadLetterStore } from '../dead-letter/store.js';
import { parseSince } from '../operator/since.js';
import { notFoundError } from './command-error.js';
import { daemonNamed } from './daemon-name.js';

/** Flags that say which dead letters are meant; all of them hold. */
export const selectionFlags = {
  where: Flags.string({
    summary: 'Only those for which this CEL expression is true, e.g. attempts > 3',
    helpValue: 'EXPRESSION',
  }),
  signal: Flags.string({ summary: 'Only of this signal', helpValue: 'NAME' }),
  daemon: Flags.string({ summary: 'Only of this daemon', helpValue: 'NAME' }),
  since: Flags.string({ summary: 'Only those that failed last since then: 1h, or an ISO time', helpValue: 'TIME' }),
  grep: Flags.string({ summary: 'Only those with this text anywhere', helpValue: 'TEXT' }),
  group: Flags.string({ summary: 'Only of this cause, see kloros dlq groups', helpValue: 'GROUP' }),
};

/** Values of those flags, and ids. */
export interface SelectionInput {
  ids?: readonly string[] | undefined;
  where?: string | undefined;
  signal?: string | undefined;
  daemon?: string | undefined;
  since?: string | undefined;
  grep?: string | undefined;
  group?: string | undefined;
}

/** The queue of a home. */
export function storeOf(config: Config): DeadLetterStore {
  return new DeadLetterStore(pathsOf(config), systemClock);
}

/** Whether something narrows the selection. */
export function isNarrowed(input: SelectionInput): boolean {
  const { ids = [], where, signal, daemon, since, grep, group } = input;
  return ids.length > 0 || [where, signal, daemon, since, grep, group].some((value) => value !== undefined);
}

/** Opens the letters from the first on, one at a time. */
export type Letters = () => AsyncIterable<Letter>;

/** The letters that are meant, one at a time; counts them, and those that it passes over. */
export class Selection {
  readonly #letters: Letters;
  readonly #isMeant: Condition;
  total = 0;
  count = 0;

  constructor(letters: Letters, isMeant: Condition) {
    this.#letters = letters;
    this.#isMeant = isMeant;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Letter> {
    for await (const letter of this.#letters()) {
      this.total += 1;
      if (!this.#isMeant(letter)) continue;
      this.count += 1;
      yield letter;
    }
  }
}

/** The letters that are meant. Throws where an id, a daemon or a group is not there, with the closest that is. */
export async function chosen(letters: Letters, input: SelectionInput): Promise<Selection> {
  const seen = await lookThrough(letters, input);
  const [missing] = seen.missing;
  if (missing !== undefined) throw await letterNotFound(letters, missing);
  if (input.group !== undefined) requireGroup([...seen.groups], input.group);
  return new Selection(letters, conditionOf(await filterOf([...seen.daemons], input)));
}

/** The letter of an id. Throws DEAD_LETTER_NOT_FOUND. */
export async function letterNamed(letters: Letters, id: string): Promise<Letter> {
  for await (const letter of letters()) if (letter.id === id) return letter;
  throw await letterNotFound(letters, id);
}

/** What a selection names, as far as it is there; nothing is read where it names nothing. */
async function lookThrough(letters: Letters, { ids = [], daemon, group }: SelectionInput) {
  const seen = { missing: new Set(ids), daemons: new Set<string>(), groups: new Set<string>() };
  if (ids.length === 0 && daemon === undefined && group === undefined) return seen;
  for await (const letter of letters()) {
    seen.missing.delete(letter.id);
    seen.daemons.add(letter.daemon);
    seen.groups.add(letter.fingerprint);
  }
  return seen;
}

/** Nothing matched; exit code 3. */
export function nothingMatched(open: number): KlorosError {
  return new KlorosError({
    code: 'DEAD_LETTERS_NOT_FOUND',
    message: 'No dead letter matches',
    why: open === 0 ? 'the queue is empty' : `none of the ${open} in the queue is meant`,
    next: open === 0 ? [] : ['kloros dlq list', 'kloros dlq groups'],
  });
}

async function filterOf(daemons: readonly string[], input: SelectionInput): Promise<LetterFilter> {
  const { ids = [], where, signal, daemon, since, grep, group } = input;
  const sinceMs = since === undefined ? undefined : sinceMsOf(since);
  return {
    ...(ids.length > 0 ? { ids } : {}),
    ...(signal === undefined ? {} : { signal }),
    ...(daemon === undefined ? {} : { daemon: daemonNamed(daemon, daemons, 'kloros dlq stats') }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(grep === undefined ? {} : { grep }),
    ...(group === undefined ? {} : { group }),
    ...(where === undefined ? {} : { where: await expressionOf(where) }),
  };
}

function sinceMsOf(text: string): number | undefined {
  const since = parseSince(text, systemClock.nowMs());
  if (since === 'beginning') return undefined;
  return since === 'now' ? systemClock.nowMs() : since.sinceMs;
}

/** On demand: most calls need no expression, and its compiler takes time to load. */
async function expressionOf(expression: string): Promise<Condition> {
  const { compileCondition } = await import('./expression.js');
  const holds = compileCondition(expression, VARIABLE_TYPES);
  return (letter) => holds(variablesOf(letter));
}

async function letterNotFound(letters: Letters, id: string): Promise<KlorosError> {
  const candidates: string[] = [];
  for await (const letter of letters()) candidates.push(letter.id);
  return notFoundError({
    kind: 'dead letter',
    name: id,
    candidates,
    command: 'kloros dlq show',
    list: 'kloros dlq list',
  });
}

function requireGroup(groups: readonly string[], group: string): void {
  const found = groups.filter((one) => one.startsWith(group));
  if (found.length === 1) return;
  if (found.length > 1) throw ambiguousGroup(group, found);
  const suggestion = closest(group, groups);
  throw new KlorosError({
    code: 'GROUP_NOT_FOUND',
    message: `There is no group ${group}`,
    why: suggestion === undefined ? `the queue has ${groups.length} others` : `did you mean ${suggestion}?`,
    next: ['kloros dlq groups'],
  });
}

function ambiguousGroup(group: string, found: readonly string[]): KlorosError {
  return new KlorosError({
    code: 'INVALID_GROUP',
    message: `${group} begins the names of ${found.length} groups`,
    why: `they are ${found.join(', ')}`,
    next: ['give more of its digits'],
  });
}
