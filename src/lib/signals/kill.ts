import { own } from '../base/own.js';
import { shortName } from '../base/short-name.js';
import type { Facts } from './envelope.js';
import { isAccepted, type Entrance } from './origin.js';

/** The signal of peers by which daemons stop consuming until an operator lets them go on (formats.md §1). */
export const KILL = 'governance.kill';

/** Whether a kill that came in so is obeyed. */
export function mayKill(from: Entrance): boolean {
  return isAccepted('act', from);
}

/** Facts under which peers name whom they mean. */
const TARGET_FACTS = ['target', 'targets', 'daemon', 'daemons', 'zooid', 'zooids'];
const EVERYBODY: ReadonlySet<string> = new Set(['', '*', 'all']);

/**
 * Short names of those that a kill means; null is everybody.
 * So is a target that cannot be understood: who stops too much is let go on with a word, who stops too little has failed.
 */
export function killTargets(facts: Facts): string[] | null {
  const named = TARGET_FACTS.flatMap((fact) => own(facts, fact) ?? []);
  const names = named.flatMap((target) => (typeof target === 'string' ? shortName(target) : ''));
  return names.length === 0 || names.some((name) => EVERYBODY.has(name)) ? null : [...new Set(names)];
}

/** Why, in the words of who said it. */
export function killReason(facts: Facts): string | null {
  const reason = facts['reason'] ?? facts['message'];
  return typeof reason === 'string' && reason.trim() !== '' ? reason.trim() : null;
}
