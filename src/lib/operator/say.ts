import type { Bus } from '../bus/bus.js';
import { KlorosError } from '../base/errors.js';
import { closest } from '../base/closest.js';
import { catalogue } from '../signals/catalogue.js';
import type { Draft, Facts, Signal } from '../signals/envelope.js';
import { KILL, killTargets } from '../signals/kill.js';
import { shortName } from '../base/short-name.js';
import { checkFacts } from '../signals/facts.js';
import { carryFrame } from '../signals/kept-frame.js';
import { mint } from '../signals/mint.js';

/** Who hears a signal, and whether a process of it runs. */
export interface Hearer {
  name: string;
  running: boolean;
}

/** What makes ids and times. */
export interface MintOptions {
  nextId: () => string;
  nowMs: () => number;
}

/** Source of what an operator says. */
export const OPERATOR = 'operator';

/** A root signal of the operator's; facts of a known one are checked strictly. Throws KlorosError INVALID_FACTS. */
export function operatorSignal(draft: Draft, { nextId, nowMs }: MintOptions): Signal {
  const facts = checkFacts(draft.signal, draft.facts);
  return mint({ ...draft, facts }, { id: nextId(), source: OPERATOR, nowMs: nowMs() });
}

/** The same said anew: a root of its own with a new id, so that peers do not take it for a repetition. */
export function saidAnew(signal: Signal, { nextId, nowMs }: MintOptions): Signal {
  const { facts, intensity } = signal;
  const draft = { signal: signal.signal, facts, intensity };
  return carryFrame(signal, mint(draft, { id: nextId(), source: OPERATOR, nowMs: nowMs() }));
}

/** The catalogue's example facts. Throws KlorosError SIGNAL_NOT_FOUND. */
export function exampleOf(name: string): Facts {
  const example = catalogue.get(name)?.example;
  if (example) return structuredClone(example);
  throw new KlorosError({
    code: 'SIGNAL_NOT_FOUND',
    message: `There is no example of ${name}`,
    why: unknownSignal(name) ?? 'the catalogue has none',
    next: ['kloros signal list'],
  });
}

/** Words about a name that the catalogue lacks, with the one that was probably meant; undefined for a known one. */
export function unknownSignal(name: string): string | undefined {
  if (catalogue.has(name) || name === KILL) return undefined;
  const near = closest(name, [...catalogue.keys()]);
  return `kloros does not know ${name}${near === undefined ? '' : `; did you mean ${near}?`}`;
}

/** Of these daemons, those that a signal `governance.kill` among these stops; the hub carries on. */
export function stoppedBy(signals: readonly Signal[], daemons: readonly { name: string; role?: 'hub' }[]): string[] {
  const targets = signals.flatMap(({ signal, facts }) => (signal === KILL ? [killTargets(facts)] : []));
  const isStopped = (name: string) => targets.some((names) => names === null || names.includes(shortName(name)));
  return daemons.filter(({ name, role }) => role !== 'hub' && isStopped(name)).map(({ name }) => name);
}

/** Daemons that hear any of these signals; one that is paused or was never started is not running. */
export async function hearersOf(bus: Bus, names: readonly string[]): Promise<Hearer[]> {
  const wanted = new Set(names);
  return (await bus.consumers())
    .filter(({ enabled, hears }) => enabled && hears.some((name) => wanted.has(name)))
    .map(({ name, pids, paused }) => ({ name, running: pids.length > 0 && !paused }));
}
