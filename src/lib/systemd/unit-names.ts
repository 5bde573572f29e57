import { shortName } from '../base/short-name.js';

/** The target that starts and stops the colony. */
export const TARGET = 'kloros.target';

/** The unit of a daemon, as the document names it: `kloros_policy_engine` is `kloros-policy-engine.service`. */
export function unitOf(daemon: string): string {
  return `${stemOf(daemon)}.service`;
}

/** The unit that starts a daemon on demand, when the hub writes its wake file. */
export function pathUnitOf(daemon: string): string {
  return `${stemOf(daemon)}.path`;
}

/** Whether a unit starts another on demand. */
export function isPathUnit(unit: string): boolean {
  return unit.endsWith('.path');
}

/** A unit's name without its kind, which is also what the journal calls its process. */
export function stemOf(daemon: string): string {
  return `kloros-${shortName(daemon).replaceAll('_', '-')}`;
}
