import type { Clock } from '../base/clock.js';
import { announcedModule, newModules, type NewModules } from './discovery.js';
import { readRegistry } from './registry.js';

/** What a watch over the registry needs. */
export interface ModuleWatchOptions {
  registryPath: string;
  clock: Clock;
  /** What the journal remembers of this daemon. */
  state: () => Promise<Record<string, unknown>>;
}

interface Claim {
  by: string;
  /** Monotonic milliseconds. */
  atMs: number;
}

/** Longer than any commit takes; a claim whose commit failed is free again after it. */
const CLAIM_MS = 60_000;

/**
 * Says of each module once that it is new, to two askers: the clock, and the handler of an integration.
 * What one of them is about to commit is not in the journal yet, so it is claimed here until it is.
 * The same asker gets the same answer again, as its attempt may be repeated.
 */
export class ModuleWatch {
  readonly #options: ModuleWatchOptions;
  readonly #claims = new Map<string, Claim>();

  constructor(options: ModuleWatchOptions) {
    this.#options = options;
  }

  /** What is new; with `announced`, of that module alone. Throws REGISTRY_UNREADABLE. */
  async look(by: string, announced?: string): Promise<NewModules> {
    const registry = await readRegistry(this.#options.registryPath);
    const known = await this.#options.state();
    // Nothing below waits, so no two askers are in it at once.
    const found = announced === undefined ? newModules(registry, known) : announcedModule(registry, known, announced);
    return this.#unclaimed(found, by);
  }

  /**
   * What people wrote into the registry. A module that the integrator registered is left to its signal, which comes
   * a moment after its entry and is what led to it. Throws REGISTRY_UNREADABLE.
   */
  async lookAtEdits(by: string): Promise<NewModules> {
    const { entries } = await readRegistry(this.#options.registryPath);
    const known = await this.#options.state();
    return this.#unclaimed(newModules({ entries: entries.filter(({ autoDiscovered }) => !autoDiscovered) }, known), by);
  }

  #unclaimed({ discovered, state }: NewModules, by: string): NewModules {
    const nowMs = this.#options.clock.monotonicMs();
    const others = new Set(discovered.map(({ name }) => name).filter((name) => this.#isTaken(name, by, nowMs)));
    const free = discovered.filter(({ name }) => !others.has(name));
    for (const { name } of free) this.#claims.set(name, { by, atMs: nowMs });
    return { discovered: free, state: state.filter(({ key }) => !others.has(key.slice(key.indexOf(':') + 1))) };
  }

  #isTaken(name: string, by: string, nowMs: number): boolean {
    const claim = this.#claims.get(name);
    if (claim && nowMs - claim.atMs >= CLAIM_MS) this.#claims.delete(name);
    return claim !== undefined && claim.by !== by && nowMs - claim.atMs < CLAIM_MS;
  }
}
