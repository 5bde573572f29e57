import type { Config } from '../config/schema.js';
import { pathsOf } from '../config/paths.js';
import { DecisionLog } from '../policy/decision-log.js';
import type { Decision } from '../policy/decision.js';
import { ENGINE } from '../policy/memory.js';
import { PoliciesFile } from '../policy/policies-file.js';
import { notFoundError } from './command-error.js';
import { stateIn } from './with-bus.js';

const LOOKED_THROUGH = 5_000;

/** The log of decisions of a home. */
export function decisionLogOf(config: Config): DecisionLog {
  const { decisionsMaxBytes: maxBytes, decisionsKeepDays: keepDays } = config.policy;
  return new DecisionLog({ path: pathsOf(config).policyDecisions, maxBytes, keepDays });
}

/** What the engine remembers, and the rules that are in force for it. */
export async function engineOf(
  config: Config,
): Promise<{ state: Readonly<Record<string, unknown>>; file: PoliciesFile }> {
  const state = await stateIn(config, ENGINE);
  const file = new PoliciesFile({ path: pathsOf(config).policies, alsoSays: config.policy.alsoSays }, state);
  await file.refresh();
  return { state, file };
}

/**
 * Decisions that an id means: that of a decision, also its beginning, of the signal that was heard, or of the one that
 * was said. Throws DECISION_NOT_FOUND.
 */
export async function decisionsNamed(log: DecisionLog, id: string): Promise<Decision[]> {
  const exact = await log.newest(
    LOOKED_THROUGH,
    (one) => one.id.startsWith(id) || one.signal.id === id || one.said?.id === id,
  );
  if (exact.length > 0) return exact;
  const decisions = await log.newest(LOOKED_THROUGH);
  throw notFoundError({
    kind: 'decision',
    name: id,
    candidates: decisions.map((decision) => decision.id),
    command: 'kloros policy explain',
    list: 'kloros policy decisions',
  });
}
