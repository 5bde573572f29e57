import { KlorosError } from '../base/errors.js';
import type { Chain } from './ask.js';
import { outcomeOf, type Outcome } from './outcome.js';

/** Throws KlorosError DEMO_STEP_FAILED where a chain ended otherwise than it should. */
export function expectOutcome(chain: Chain, expected: Outcome): void {
  const last = chain.signals.at(-1);
  const outcome = last === undefined ? undefined : outcomeOf(last);
  if (outcome === expected) return;
  throw new KlorosError({
    code: 'DEMO_STEP_FAILED',
    message: `The question about ${chain.module} should have been ${expected}, and was ${outcome ?? 'not answered'}`,
    why: reasonOf(chain) ?? `its last signal is ${last?.signal ?? 'missing'}`,
    next: ['keep the home and look at its log: kloros demo --keep'],
  });
}

/** Why the integrator refused, in its words; undefined where it did not. */
export function reasonOf({ signals }: Chain): string | undefined {
  const message = signals.at(-1)?.facts['error_message'];
  return typeof message === 'string' ? message : undefined;
}
