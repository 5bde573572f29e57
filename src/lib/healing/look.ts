import type { Logger } from '../base/log.js';
import type { Signal } from '../signals/envelope.js';
import { carryOut, type CarriedOut } from './carry-out.js';
import type { CarryOutInput } from './deed.js';
import type { Healer } from './healer.js';

/** What whoever heals passes on: its own state, and its log. */
export interface HealingEnv {
  state(): Promise<Record<string, unknown>>;
  log: Logger;
}

/** What is to be said of repairs, and kept with it; an operator's log has every decision. */
export async function lookForRepairs(healer: Healer, env: HealingEnv): Promise<CarriedOut> {
  const { signals, state, considered, words } = await healer.look(await env.state());
  if (words !== undefined) env.log.warn(words);
  for (const { rule, subject, outcome, reason } of considered)
    env.log.info({ rule }, `${subject}: ${outcome === 'repairs' ? 'is repaired' : 'is not repaired'}, ${reason}`);
  return { signals, state };
}

/** Carries out a repair that was decided on; an operator's log has what came of it. */
export async function repair(signal: Signal, attempt: Omit<CarryOutInput, 'state'> & HealingEnv): Promise<CarriedOut> {
  const { log } = attempt;
  const done = await carryOut(signal, { ...attempt, state: await attempt.state() });
  const { rule, action, target, outcome, detail } = done.signals[0]?.facts ?? {};
  log.info({ rule, outcome }, `Repair of ${String(target)} by ${String(action)}: ${String(detail)}`);
  return done;
}
