import { normaliseFacts } from '../signals/facts.js';
import type { Facts } from '../signals/envelope.js';
import { OPERATOR } from '../signals/origin.js';
import { mint } from '../signals/mint.js';
import type { Decision } from './decision.js';
import { decide } from './engine.js';
import type { Policies } from './policies.js';
import { RULES_HEAR } from './rule-signals.js';
import { KlorosError } from '../base/errors.js';

/** A signal that nobody said. */
export interface PreviewInput {
  signal: string;
  facts: Facts;
  policies: Policies;
  /** What the engine remembers; empty is as if nothing had happened yet. */
  state: Readonly<Record<string, unknown>>;
  nowMs: number;
}

const SUPPOSED = 'supposed';

/** What the engine would decide on a signal now; nothing is said, remembered or recorded. Throws INVALID_SIGNAL. */
export function preview({ signal: name, facts, policies, state, nowMs }: PreviewInput): Decision[] {
  if (!RULES_HEAR.includes(name)) throw unheard(name);
  const signal = mint({ signal: name, facts }, { id: SUPPOSED, source: SUPPOSED, nowMs });
  const idOf = () => SUPPOSED;
  return decide({ signal, from: OPERATOR, facts: normaliseFacts(name, facts), policies, state, nowMs, idOf }).decisions;
}

function unheard(name: string): KlorosError {
  return new KlorosError({
    code: 'INVALID_SIGNAL',
    message: `The policy engine does not hear ${name}`,
    why: `it hears ${RULES_HEAR.join(', ')}`,
    next: ['kloros policy list'],
  });
}
