import { compileBoolean, compileValue, type Evaluate, type Fields } from '../base/cel.js';
import { closest } from '../base/closest.js';
import { versionOf } from '../base/hot-file.js';
import { shortName } from '../base/short-name.js';
import type { Facts } from '../signals/envelope.js';
import type { Origin } from '../rules/rule-file.js';
import type { RuleAction, RuleEvent, RuleSource } from './rule-schema.js';

/** What of the colony and its configuration rules may name. */
export interface Surroundings {
  /** Daemons of the colony, without the healer itself: it cannot end and start the one who does it. */
  daemons: readonly { name: string; role?: 'hub' }[];
  /** Signals that tell of a missing one. */
  timeouts: readonly string[];
  /** Signals that rules may say. */
  mayEmit: readonly string[];
  /** Names of the programs that rules may run. */
  commands: readonly string[];
}

/** A rule whose names are checked and whose expressions are compiled. */
export interface Rule extends RuleSource {
  /** Whether the file changed or added it. */
  origin: Origin;
  /** Tells one text of a rule from another: a rule that stands still goes on when it is edited. */
  version: string;
  /** `when.where`, of the facts of a signal. */
  applies: Evaluate;
  /** `helped.where`. */
  helps: Evaluate;
  /** Facts of a repair signal. Throws where they cannot be computed. */
  factsOf: (values: Record<string, unknown>) => Facts;
}

/** What an expression of a rule sees. */
const RULE_FIELDS: Fields = { signal: 'string', source: 'string', facts: 'map', subject: 'string' };

/** Compiles a rule. Throws KlorosError INVALID_EXPRESSION, or an Error that names the key and what is wrong. */
export function compileRule(source: RuleSource, origin: Rule['origin'], surroundings: Surroundings): Rule {
  if (origin === 'file') checkNames(source, surroundings);
  return {
    ...source,
    origin,
    when: withWholeName(source.when, surroundings),
    do: withWholeName(source.do, surroundings),
    version: versionOf(JSON.stringify(source)),
    applies: compileBoolean('where' in source.when ? source.when.where : 'true', optionsOf('when.where')),
    helps: compileBoolean(source.helped.where, optionsOf('helped.where')),
    factsOf: factsMaker(source.do),
  };
}

function checkNames(source: RuleSource, surroundings: Surroundings): void {
  const { when, helped } = source;
  checkEvent(when, surroundings);
  checkAction(source.do, surroundings);
  if (when.event === 'health_critical' && 'daemon' in source.do && source.do.daemon === undefined)
    throw new Error('do.daemon: an alert names no daemon, so the rule has to');
  if (timeToSeeMs(when) > helped.within)
    throw new Error('helped.within: it is shorter than what the event takes to be seen again');
}

function checkEvent(when: RuleEvent, { timeouts, daemons }: Surroundings): void {
  if (when.event === 'missing_signal')
    requireOneOf('when.signal', when.signal, { allowed: timeouts, list: 'expectations of the configuration' });
  if ('daemon' in when && when.daemon !== '*') requireDaemon('when.daemon', when.daemon, daemons);
}

function checkAction(act: RuleAction, { daemons, mayEmit, commands }: Surroundings): void {
  if (act.action === 'repair_signal')
    requireOneOf('do.signal', act.signal, { allowed: mayEmit, list: 'healing.alsoSays of the configuration' });
  if (act.action === 'run_command')
    requireOneOf('do.command', act.command, { allowed: commands, list: 'healing.commands of the configuration' });
  if (!('daemon' in act) || act.daemon === undefined) return;
  requireDaemon('do.daemon', act.daemon, daemons);
  const hub = daemons.find(({ role }) => role === 'hub')?.name;
  if (act.action === 'pause_daemon' && nameOfDaemon(act.daemon, hub === undefined ? [] : [hub]) !== undefined)
    throw new Error(`do.daemon: ${act.daemon} handles nothing, and cannot be paused`);
}

/** A repair is judged by what is seen at the end of its time, so that it has to be possible to see it by then. */
function timeToSeeMs(when: RuleEvent): number {
  if ('for' in when) return when.for;
  return 'within' in when ? when.within : 0;
}

/** Names may be written with `_` or `-`, with or without `kloros_` and `_daemon`. */
function nameOfDaemon(written: string, names: readonly string[]): string | undefined {
  return names.find((name) => shortName(name) === shortName(written));
}

function withWholeName<T extends RuleAction | RuleEvent>(part: T, { daemons }: Surroundings): T {
  if (!('daemon' in part) || part.daemon === undefined) return part;
  const names = daemons.map(({ name }) => name);
  return { ...part, daemon: nameOfDaemon(part.daemon, names) ?? part.daemon };
}

function requireDaemon(key: string, written: string, daemons: Surroundings['daemons']): void {
  const names = daemons.map(({ name }) => name);
  if (nameOfDaemon(written, names) !== undefined) return;
  const near = closest(written, names);
  const hint = near === undefined ? `it is one of ${names.join(', ')}` : `did you mean ${near}?`;
  throw new Error(`${key}: there is no daemon ${written} that a rule could name; ${hint}`);
}

function requireOneOf(
  key: string,
  name: string,
  { allowed, list }: { allowed: readonly string[]; list: string },
): void {
  if (allowed.includes(name)) return;
  const what = allowed.length === 0 ? 'is empty' : `has ${allowed.join(', ')}`;
  throw new Error(`${key}: ${name} is not possible here; ${list} ${what}`);
}

function factsMaker(act: RuleAction): Rule['factsOf'] {
  const written = act.action === 'repair_signal' ? act.with : {};
  const makers = Object.entries(written).map(([key, value]): [string, Evaluate] => {
    const isExpression = typeof value === 'string' && value.startsWith('=');
    return [key, isExpression ? compileValue(value.slice(1), optionsOf(`do.with.${key}`)) : () => value];
  });
  return (values) => Object.fromEntries(makers.map(([key, make]) => [key, make(values)]));
}

function optionsOf(key: string) {
  const next = [`write CEL over ${Object.keys(RULE_FIELDS).join(', ')}, e.g. facts.timeout_seconds > 600`];
  return { fields: RULE_FIELDS, what: `${key}: the expression`, next };
}
