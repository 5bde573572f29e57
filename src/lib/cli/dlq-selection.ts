import { Flags } from '@oclif/core';
import { systemClock } from '../base/clock.js';
import { closest } from '../base/closest.js';
import { KlorosError } from '../base/errors.js';
import type { Config } from '../config/schema.js';
import { pathsOf } from '../config/paths.js';
import { select, VARIABLE_TYPES, variablesOf, type LetterFilter } from '../dead-letter/filter.js';
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

/** The letters that are meant. Throws where an id, a daemon or a group is not there, with the closest that is. */
export async function chosen(letters: readonly Letter[], input: SelectionInput): Promise<Letter[]> {
  const filter = await filterOf(letters, input);
  for (const id of input.ids ?? []) letterNamed(letters, id);
  if (input.group !== undefined) requireGroup(letters, input.group);
  return select(letters, filter);
}

/** The letter of an id. Throws DEAD_LETTER_NOT_FOUND. */
export function letterNamed(letters: readonly Letter[], id: string): Letter {
  const found = letters.find((letter) => letter.id === id);
  if (found) return found;
  throw letterNotFound(letters, id);
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

async function filterOf(letters: readonly Letter[], input: SelectionInput): Promise<LetterFilter> {
  const { ids = [], where, signal, daemon, since, grep, group } = input;
  const sinceMs = since === undefined ? undefined : sinceMsOf(since);
  const daemons = [...new Set(letters.map((letter) => letter.daemon))];
  return {
    ...(ids.length > 0 ? { ids } : {}),
    ...(signal === undefined ? {} : { signal }),
    ...(daemon === undefined ? {} : { daemon: daemonNamed(daemon, daemons, 'kloros dlq stats') }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(grep === undefined ? {} : { grep }),
    ...(group === undefined ? {} : { group }),
    ...(where === undefined ? {} : { where: await conditionOf(where) }),
  };
}

function sinceMsOf(text: string): number | undefined {
  const since = parseSince(text, systemClock.nowMs());
  if (since === 'beginning') return undefined;
  return since === 'now' ? systemClock.nowMs() : since.sinceMs;
}

/** On demand: most calls need no expression, and its compiler takes time to load. */
async function conditionOf(expression: string): Promise<(letter: Letter) => boolean> {
  const { compileCondition } = await import('./expression.js');
  const holds = compileCondition(expression, VARIABLE_TYPES);
  return (letter) => holds(variablesOf(letter));
}

function letterNotFound(letters: readonly Letter[], id: string): KlorosError {
  return notFoundError({
    kind: 'dead letter',
    name: id,
    candidates: letters.map((letter) => letter.id),
    command: 'kloros dlq show',
    list: 'kloros dlq list',
  });
}

function requireGroup(letters: readonly Letter[], group: string): void {
  const groups = [...new Set(letters.map(({ fingerprint }) => fingerprint))];
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
