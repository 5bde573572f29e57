import { KlorosError } from '../base/errors.js';
import type { Facts } from '../signals/envelope.js';
import { OPERATOR } from '../signals/origin.js';
import { mint } from '../signals/mint.js';
import { heal, type Considered, type HealInput } from './heal.js';

/** A signal that nobody said. */
export interface PreviewInput extends Pick<HealInput, 'rules' | 'daemons' | 'pairs' | 'state' | 'nowMs'> {
  signal: string;
  facts: Facts;
}

const SUPPOSED = 'supposed';

/** What the healer would do about a signal now, rule by rule; nothing is said or remembered. Throws INVALID_SIGNAL. */
export function preview({ signal: name, facts, ...input }: PreviewInput): Considered[] {
  const heard = namesHeard(input.rules);
  if (!heard.includes(name)) throw unheard(name, heard);
  const signal = mint({ signal: name, facts }, { id: SUPPOSED, source: SUPPOSED, nowMs: input.nowMs });
  const nothing = { seen: () => [], standing: new Set<string>() };
  return heal({ ...input, ...nothing, heard: [{ signal, from: OPERATOR, isOfRepair: false }] }).considered;
}

function namesHeard({ rules }: HealInput['rules']): string[] {
  return [...new Set(rules.map(({ when }) => (when.event === 'missing_signal' ? when.signal : 'Q_HEALTH_ALERT')))];
}

function unheard(name: string, heard: readonly string[]): KlorosError {
  return new KlorosError({
    code: 'INVALID_SIGNAL',
    message: `No healing rule waits for ${name}`,
    why: `they wait for ${heard.join(', ')}`,
    next: ['kloros healing list'],
  });
}
