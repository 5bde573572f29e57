import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { StateChange } from '../bus/bus.js';
import type { FactsOf } from '../signals/catalogue.js';
import { lookAtModule } from './module-on-disk.js';
import type { Registry, RegistryEntry } from './registry.js';

const PREFIX = 'module:';
/** Once it is set, a module that is not known is new; before, it was simply there. */
const BASELINE = 'modules:baseline';

/** Entries that are new, and what to remember. */
export interface NewModules {
  discovered: RegistryEntry[];
  state: StateChange[];
}

/**
 * Compares the registry with what is known. At the very first look all modules become known without a word: they were
 * there already. One that leaves the registry stays known, for an editor that truncates the file before it writes must
 * not make every module new.
 */
export function newModules(registry: Pick<Registry, 'entries'>, known: Readonly<Record<string, unknown>>): NewModules {
  const unknown = registry.entries.filter((entry) => !isKnown(entry, known));
  const state = unknown.map(knownChange);
  if (Object.hasOwn(known, BASELINE)) return { discovered: unknown, state };
  return { discovered: [], state: [...state, { key: BASELINE, value: true }] };
}

/** The module whose integration was just heard of, where it is in the registry and was not spoken of yet. */
export function announcedModule(
  registry: Pick<Registry, 'entries'>,
  known: Readonly<Record<string, unknown>>,
  name: string,
): NewModules {
  const discovered = registry.entries.filter((entry) => entry.name === name && !isKnown(entry, known));
  return { discovered, state: discovered.map(knownChange) };
}

function isKnown({ name }: RegistryEntry, known: Readonly<Record<string, unknown>>): boolean {
  return Object.hasOwn(known, PREFIX + name);
}

function knownChange({ name, module }: RegistryEntry): StateChange {
  return { key: PREFIX + name, value: module };
}

/** Facts of Q_MODULE_DISCOVERED: what the entry says, and what lies on the disk. */
export async function discoveryFacts(
  entry: RegistryEntry,
  sourceRoots: readonly string[],
): Promise<FactsOf<'Q_MODULE_DISCOVERED'>> {
  const place = await findModule(entry.module, sourceRoots);
  return {
    module_name: entry.name,
    module_path: entry.module,
    investigation_id: entry.investigationId ?? null,
    py_files_count: place?.pyFiles ?? wholeNumber(entry.pyFiles),
    has_init: place === undefined ? false : await exists(join(place.path, '__init__.py')),
  };
}

/** `src.audio` lies below the parent of the root `src`; the running system wrote `audio`, which lies in the root. */
async function findModule(module: string, sourceRoots: readonly string[]) {
  const parts = module.split('.');
  for (const root of sourceRoots) {
    const base = parts[0] === basename(root) ? dirname(root) : root;
    const found = await lookAtModule(join(base, ...parts), sourceRoots);
    if (found.root !== undefined) return found;
  }
  return undefined;
}

function wholeNumber(value: number | undefined): number {
  return value !== undefined && Number.isInteger(value) && value >= 0 ? value : 0;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
