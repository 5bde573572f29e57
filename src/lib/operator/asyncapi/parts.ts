import type { Config } from '../../config/schema.js';
import type { Declared } from '../topology/topology.js';

/** A daemon as the document shows it. */
export interface Documented extends Declared {
  /** One line, for people. */
  purpose: string;
}

/** What a document is made of. */
export interface Sources {
  config: Config;
  daemons: readonly Documented[];
}

/** Points at another part of the document; a name may have any character in it. */
export function reference(...path: readonly string[]): { $ref: string } {
  const steps = path.flatMap((step, index) => (index === 0 ? step.split('/') : [pointed(step)]));
  return { $ref: `#/${steps.join('/')}` };
}

/** Names that a daemon says, also those that the configuration makes it say. */
export function saidBy(daemon: Declared, config: Config): string[] {
  return [...new Set([...daemon.says, ...(daemon.alsoSays?.(config) ?? [])])];
}

/** As RFC 6901 has it, and then as a fragment of a URI. */
function pointed(step: string): string {
  return encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'));
}
