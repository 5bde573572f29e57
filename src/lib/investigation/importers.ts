import { basename, extname, relative } from 'node:path';
import type { FactsCache, StampedImports } from './facts-cache.js';
import { factsOf, readContent, type Content } from './read-source.js';
import { resolveImport, type ImportSpace } from './resolve-import.js';
import { isBelow, type SourceFile } from './source-files.js';

/** A file outside of the module that imports it. */
export interface Importer {
  /** Relative to the source root. */
  file: string;
  /** Names that it takes, sorted; empty where it takes the module as a whole. */
  names: string[];
}

/** Where importers are looked for. */
export interface ImporterSearch {
  module: string;
  space: ImportSpace;
  cache: FactsCache;
}

const SAVED_AT_ONCE = 100;
// Files that do not mention the module need no parsing now; a few are parsed ahead each time, until all are known.
const PARSED_AHEAD = 4;

/** The files of a source root that import a module. Each is parsed once for as long as it does not change. */
export function findImporters(files: readonly SourceFile[], search: ImporterSearch): Importer[] {
  const { module, space } = search;
  const outside = files.filter(({ path }) => !isBelow(path, module));
  return [...importsOf(outside, search)].flatMap(({ path, imports }) => {
    const used = imports.filter((item) => resolveImport(item, path, space).some((to) => isBelow(to, module)));
    const names = new Set(used.flatMap((item) => item.names));
    return used.length === 0 ? [] : [{ file: relative(space.root, path), names: [...names].sort() }];
  });
}

function* importsOf(files: readonly SourceFile[], search: ImporterSearch): Generator<StampedImports> {
  const { space, cache } = search;
  const known = cache.importsBelow(space.root);
  const reader = new ImportReader(search);
  for (const { path, stamp } of files) {
    const before = known.get(path);
    const now = before?.stamp === stamp ? before : reader.read(path, stamp);
    if (now) yield now;
  }
  reader.save();
}

/** Reads the imports of files that are not known yet, and keeps them for the next survey. */
class ImportReader {
  readonly #cache: FactsCache;
  /** One of them stands in every file that imports the module; none where that cannot be said. */
  readonly #mentions: readonly string[];
  #ahead = PARSED_AHEAD;
  #fresh: StampedImports[] = [];

  constructor({ module, space, cache }: ImporterSearch) {
    this.#cache = cache;
    const name = basename(module, extname(module));
    // `import '.'` does not mention the index file that it means.
    this.#mentions = name === 'index' || name === '__init__' ? [] : [name, ...space.packages.keys()];
  }

  /** Undefined where the file cannot import the module. */
  read(path: string, stamp: string): StampedImports | undefined {
    const content = contentOr(path);
    if (!content) return undefined;
    const mayImport = this.#mentions.length === 0 || this.#mentions.some((name) => content.bytes.includes(name));
    if (!mayImport && this.#ahead === 0) return undefined;
    if (!mayImport) this.#ahead -= 1;
    const now = { path, stamp, imports: factsOf(path, content, this.#cache).imports };
    this.#fresh.push(now);
    // Saved as it goes, so that a survey that is ended at its time limit goes on where it was.
    if (this.#fresh.length >= SAVED_AT_ONCE) this.save();
    return now;
  }

  save(): void {
    this.#cache.putImports(this.#fresh);
    this.#fresh = [];
  }
}

function contentOr(path: string): Content | undefined {
  try {
    return readContent(path);
  } catch {
    return undefined; // Gone, or not readable: it imports nothing that we could show.
  }
}
