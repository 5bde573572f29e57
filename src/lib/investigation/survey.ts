import { readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { errorCode } from '../base/errors.js';
import { FactsCache } from './facts-cache.js';
import type { FileFacts, FileImport } from './file-facts.js';
import { findImporters, type Importer } from './importers.js';
import { nearestPackage, type PackageJson } from './package-json.js';
import { contentHash, factsOf, readContent } from './read-source.js';
import { readmeSentence } from './prose.js';
import type { Skipped } from './record.js';
import { resolveImport, type ImportSpace } from './resolve-import.js';
import { isBelow, listSources, type SourceFile, type SourceLimits, type Sources } from './source-files.js';

/** What to look at. All paths are real paths. */
export interface SurveyRequest {
  /** The module's folder, or the one file that it is. */
  module: string;
  /** Source root that contains it. */
  root: string;
  /** All source roots: links may lead into any of them. */
  roots: string[];
  limits: SourceLimits;
  cachePath: string;
}

/** One file of the module. */
export interface SurveyedFile {
  /** Relative to the module. */
  path: string;
  hash: string;
  facts: FileFacts;
  /** Modules of its imports that lie inside the module, and those that do not, as written. */
  inside: string[];
  outside: string[];
}

/** What was found, and the hash of all that was looked at. */
export interface Survey {
  files: SurveyedFile[];
  /** Paths relative to the module. */
  skipped: Skipped[];
  importers: Importer[];
  /** False when the source root holds more than maxFiles: importers may be missing. */
  rootComplete: boolean;
  /** First sentence of its README. */
  readme: string | null;
  /** The package that it is (`at` is empty) or belongs to (`at` leads there from the module's folder). */
  package: (PackageJson & { at: string }) | null;
  evidenceHash: string;
}

const DOCUMENT = /^(?:readme(?:\.\w+)?|package\.json|pyproject\.toml)$/i;

/** Looks at a module and at who imports it. Synchronous and thorough: it belongs in a worker thread. */
export function surveyModule(request: SurveyRequest): Survey {
  const cache = new FactsCache(request.cachePath);
  try {
    return surveyWith(cache, request);
  } finally {
    cache.close();
  }
}

function surveyWith(cache: FactsCache, request: SurveyRequest): Survey {
  const mayRead = (path: string) => request.roots.some((root) => isBelow(path, root));
  const own = listSources(request.module, request.limits, mayRead);
  const around = listSources(request.root, request.limits, mayRead);
  const described = nearestPackage(folderOf(request, own), request.root);
  const space = spaceOf(request, { own, around, described });
  const unreadable: Skipped[] = [];
  const files = own.files.flatMap((file) => surveyFile(file, { request, cache, space, unreadable }));
  const importers = findImporters(around.files, { module: request.module, space, cache });
  const documents = readDocuments(folderOf(request, own));
  const skipped = [...own.skipped, ...unreadable].map(({ path, reason }) => ({
    path: inModule(request, path),
    reason,
  }));
  const seen = {
    files: files.map(({ path, hash }) => [path, hash]),
    documents: documents.map(({ name, hash }) => [name, hash]),
    skipped,
    importers,
  };
  return {
    files,
    skipped,
    importers,
    rootComplete: around.complete,
    readme: documents.map(({ sentence }) => sentence).find((sentence) => sentence !== null) ?? null,
    package: described ? { ...described, at: relative(folderOf(request, own), described.folder) } : null,
    evidenceHash: contentHash(JSON.stringify(seen)),
  };
}

interface Surroundings {
  request: SurveyRequest;
  cache: FactsCache;
  space: ImportSpace;
  unreadable: Skipped[];
}

function surveyFile({ path, stamp }: SourceFile, { request, cache, space, unreadable }: Surroundings): SurveyedFile[] {
  try {
    const content = readContent(path);
    const facts = factsOf(path, content, cache);
    cache.putImports([{ path, stamp, imports: facts.imports }]);
    const isInside = (item: FileImport) => resolveImport(item, path, space).some((to) => isBelow(to, request.module));
    const [inside, outside] = [facts.imports.filter(isInside), facts.imports.filter((item) => !isInside(item))].map(
      (items) => items.map(({ module, level }) => '.'.repeat(level) + module),
    );
    return [{ path: inModule(request, path), hash: content.hash, facts, inside: inside ?? [], outside: outside ?? [] }];
  } catch (error) {
    unreadable.push({ path, reason: `cannot be read: ${errorCode(error) ?? String(error)}` });
    return [];
  }
}

function spaceOf(
  request: SurveyRequest,
  found: { own: Sources; around: Sources; described: PackageJson | undefined },
): ImportSpace {
  const { own, around, described } = found;
  const packages = new Map(described?.name ? [[described.name, described.folder]] : []);
  return {
    files: new Set([...own.files, ...around.files].map(({ path }) => path)),
    folders: new Set([...own.folders, ...around.folders]),
    root: request.root,
    bases: [request.root, dirname(request.module), dirname(request.root)],
    packages,
  };
}

function readDocuments(folder: string): { name: string; hash: string; sentence: string | null }[] {
  const names = readdirSync(folder).filter((name) => DOCUMENT.test(name));
  return names.sort().flatMap((name) => {
    try {
      const { bytes, hash } = readContent(join(folder, name));
      return [{ name, hash, sentence: /^readme/i.test(name) ? readmeSentence(bytes.toString('utf8')) : null }];
    } catch {
      return []; // A folder called README, or one that may not be read, says nothing.
    }
  });
}

function folderOf(request: SurveyRequest, own: Sources): string {
  return own.folders[0] ?? dirname(request.module);
}

function inModule(request: SurveyRequest, path: string): string {
  return relative(request.module, path) || path.slice(dirname(request.module).length + 1);
}
