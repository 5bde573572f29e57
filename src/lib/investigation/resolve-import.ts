import { dirname, join } from 'node:path';
import { foldersUpTo } from './source-files.js';
import type { FileImport } from './file-facts.js';

/** Where imports may lead: what exists, and where absolute ones are looked for. */
export interface ImportSpace {
  files: ReadonlySet<string>;
  folders: ReadonlySet<string>;
  /** Source root. */
  root: string;
  /** Folders that absolute imports start from, after those around the importing file. */
  bases: readonly string[];
  /** Package name (package.json) to its folder. */
  packages: ReadonlyMap<string, string>;
}

const SCRIPT_ENDINGS = ['', '.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.d.ts'];
const INDEX_FILES = SCRIPT_ENDINGS.slice(1).map((ending) => `index${ending}`);

/** The files and folders that one import of a file leads to; empty where it leaves the source root. */
export function resolveImport(item: FileImport, fromFile: string, space: ImportSpace): string[] {
  return /\.pyw?$/.test(fromFile) ? resolvePython(item, fromFile, space) : resolveScript(item.module, fromFile, space);
}

function resolvePython(item: FileImport, fromFile: string, space: ImportSpace): string[] {
  const parts = item.module.split('.').filter((part) => part !== '');
  for (const base of item.level > 0 ? [above(fromFile, item.level)] : basesFor(fromFile, space)) {
    const target = probePython(join(base, ...parts), space);
    if (target === undefined) continue;
    const inner = item.names.flatMap((name) => probePython(join(base, ...parts, name), space) ?? []);
    return [target, ...inner];
  }
  return [];
}

function above(file: string, level: number): string {
  let folder = dirname(file);
  for (let step = 1; step < level; step += 1) folder = dirname(folder);
  return folder;
}

/** Python finds modules beside the script that was started; that may be any folder up to the root. */
function* basesFor(fromFile: string, { root, bases }: ImportSpace): Generator<string> {
  yield* foldersUpTo(dirname(fromFile), root);
  yield* bases;
}

function probePython(path: string, { files, folders }: ImportSpace): string | undefined {
  if (folders.has(path)) return path;
  return ['.py', '.pyw'].map((ending) => path + ending).find((file) => files.has(file));
}

function resolveScript(specifier: string, fromFile: string, space: ImportSpace): string[] {
  if (specifier.startsWith('.')) return probeScript(join(dirname(fromFile), specifier), space);
  for (const [name, folder] of space.packages)
    if (specifier === name || specifier.startsWith(`${name}/`)) return [join(folder, specifier.slice(name.length))];
  return space.bases.map((base) => probeScript(join(base, specifier), space)).find((found) => found.length > 0) ?? [];
}

function probeScript(given: string, { files, folders }: ImportSpace): string[] {
  const path = given.replace(/\/$/, '');
  const written = SCRIPT_ENDINGS.map((ending) => path + ending);
  // TypeScript imports `./x.js` and means x.ts.
  const compiled = /\.[cm]?jsx?$/.test(path) ? [path.replace(/js(x?)$/, 'ts$1')] : [];
  const found = [...compiled, ...written].find((file) => files.has(file));
  if (found !== undefined) return [found];
  if (!folders.has(path)) return [];
  return [INDEX_FILES.map((name) => join(path, name)).find((file) => files.has(file)) ?? path];
}
