import type { Bus } from '../bus/bus.js';
import { wholeSignalOf } from './anew.js';
import type { Letter } from './letter.js';
import { intentProblem } from './put-back.js';

/**
 * How a letter would be replayed: `reopen` gives its signal to the daemon that failed and to nobody else; `say` says
 * it as a new signal, heard by all; `put-back` puts an intent back into its folder; `settled` has been dealt with in the
 * meantime; `none` holds nothing that could be handled again.
 */
export type Way = 'reopen' | 'say' | 'put-back' | 'settled' | 'none';

/** What would happen to one letter, and why not more. */
export interface Plan {
  letter: Letter;
  way: Way;
  why?: string;
}

/** The doors of the bus that planning needs. */
export type PlanBus = Pick<Bus, 'deadLetters' | 'standing'>;

/** Decides how each letter would be replayed. */
export async function planReplay(letters: readonly Letter[], bus: PlanBus, broadcast: boolean): Promise<Plan[]> {
  const open = await openNumbers(bus, letters);
  const plans: Plan[] = [];
  for (const letter of letters) plans.push(await planOf(letter, { bus, open, broadcast }));
  return plans;
}

/** Plans that know who is forgotten: what nobody would fetch is not sent back, and stays where it is. */
export async function withoutForgotten(plans: readonly Plan[], bus: Pick<Bus, 'consumers'>): Promise<Plan[]> {
  const places = new Set((await bus.consumers()).flatMap(({ name, enabled }) => (enabled ? [name] : [])));
  return plans.map((plan) => {
    const { daemon } = plan.letter;
    if (plan.way !== 'reopen' || places.has(daemon)) return plan;
    return { ...plan, way: 'none', why: `the journal keeps no place for ${daemon}, which was forgotten` };
  });
}

interface Surroundings {
  bus: PlanBus;
  open: ReadonlyMap<number, string>;
  broadcast: boolean;
}

async function planOf(letter: Letter, { bus, open, broadcast }: Surroundings): Promise<Plan> {
  const isOpen = letter.number !== null && open.get(letter.number) === nameOf(letter);
  if (letter.number !== null && !isOpen && letter.signalId !== null) {
    const standing = await bus.standing(letter.daemon, letter.signalId);
    const why = standing === 'dead' ? 'it failed again; a newer row stands for it' : `its signal is ${standing}`;
    if (standing !== 'unknown') return { letter, way: 'settled', why };
  }
  const signal = wholeSignalOf(letter);
  if (signal !== undefined && isOpen && !broadcast) return { letter, way: 'reopen' };
  if (signal !== undefined) return { letter, way: 'say' };
  const why = intentProblem(letter);
  return why === undefined ? { letter, way: 'put-back' } : { letter, way: 'none', why };
}

/** What the journal has open, as far as it is asked for: a page covers hundreds. */
async function openNumbers(bus: PlanBus, letters: readonly Letter[]): Promise<Map<number, string>> {
  const wanted = letters.flatMap(({ number }) => number ?? []).sort((a, b) => a - b);
  const open = new Map<number, string>();
  let upTo = 0;
  for (const number of wanted) {
    if (number <= upTo) continue;
    const page = await bus.deadLetters(number - 1);
    for (const letter of page) open.set(letter.number, nameOf(letter));
    upTo = page.at(-1)?.number ?? Infinity;
  }
  return open;
}

function nameOf({ daemon, key }: { daemon: string; key: string | null }): string {
  return `${daemon}\n${key ?? ''}`;
}
