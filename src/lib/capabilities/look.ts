import { errorCode } from '../base/errors.js';
import type { StateChange } from '../bus/bus.js';
import type { Config } from '../config/schema.js';
import type { Draft } from '../signals/envelope.js';
import { say } from '../signals/facts.js';
import { discoveryFacts, type NewModules } from './discovery.js';

/** What is to be said of new modules, and kept with it; nothing of a registry that cannot be read now. */
export async function lookForModules(
  { sourceRoots }: Pick<Config, 'sourceRoots'>,
  look: () => Promise<NewModules>,
): Promise<{ signals: Draft[]; state: StateChange[] }> {
  try {
    const { discovered, state } = await look();
    const facts = await Promise.all(discovered.map((entry) => discoveryFacts(entry, sourceRoots)));
    return { signals: facts.map((known) => say('Q_MODULE_DISCOVERED', known)), state };
  } catch (error) {
    // A health alert says so; later rounds look again.
    if (errorCode(error) === 'REGISTRY_UNREADABLE') return { signals: [], state: [] };
    throw error;
  }
}
