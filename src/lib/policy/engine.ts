import { noteAnswer } from './answers.js';
import { askRules, Deciding, type Decided, type DecideInput } from './decide.js';
import { decideDue } from './due.js';

/** Answers to what rules say. */
const ANSWERS: ReadonlySet<string> = new Set(['Q_DREAM_COMPLETE', 'Q_DREAM_TIMEOUT']);

/**
 * What the colony does about a signal, and why: a function of the signal, the rules, what is remembered and the time.
 * Whoever decides in another way some day answers the same shape, and falls back to this.
 */
export function decide(input: DecideInput): Decided {
  const deciding = new Deciding(input);
  const { signal } = input.signal;
  if (signal === 'Q_POLICY_DUE') decideDue(deciding);
  else if (ANSWERS.has(signal)) noteAnswer(deciding);
  const asked = askRules(deciding);
  if (deciding.isSilent && asked === 0) deciding.record('', { outcome: 'nothing', reason: `no rule hears ${signal}` });
  return deciding.end();
}
