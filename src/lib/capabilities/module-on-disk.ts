import { realpath, readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, relative, sep } from 'node:path';
import { isWithin } from '../base/safe-path.js';
import { errorCode } from '../base/errors.js';

/** What the file system says about a module. */
export interface ModuleOnDisk {
  /** As it was named. */
  path: string;
  /** Symlinks resolved; undefined where nothing is there. */
  realPath: string | undefined;
  /** The source root that holds it, symlinks resolved; undefined outside all of them. */
  root: string | undefined;
  /** Path below the root's parent with dots, e.g. `src.audio`; undefined outside the roots. */
  modulePath: string | undefined;
  /** Python files in it, at any depth. */
  pyFiles: number;
  /** TypeScript and JavaScript files in it, at any depth. */
  scriptFiles: number;
  /** It is a Python package folder that lacks `__init__.py`. */
  lacksInit: boolean;
}

const SCRIPT = new Set(['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs']);
const SKIPPED = new Set(['node_modules', '__pycache__', 'venv', 'dist', 'build']);
/** A count beyond this says nothing new, and a folder may be endless. */
const MAX_ENTRIES = 50_000;

/** Looks at a module without changing anything; `path` and `sourceRoots` are absolute. */
export async function lookAtModule(path: string, sourceRoots: readonly string[]): Promise<ModuleOnDisk> {
  const nothing = { path, realPath: undefined, root: undefined, modulePath: undefined };
  const real = await realPathOf(path);
  if (real === undefined) return { ...nothing, pyFiles: 0, scriptFiles: 0, lacksInit: false };
  const root = await holder(real, sourceRoots);
  if (root === undefined) return { ...nothing, realPath: real, pyFiles: 0, scriptFiles: 0, lacksInit: false };
  const counts = await countFiles(real);
  const lacksInit = counts.pyFiles > counts.scriptFiles && (await isBarePackage(real));
  return { path, realPath: real, root, modulePath: dotted(real, root), ...counts, lacksInit };
}

/** The dotted path of a file or folder below its root's parent; a source file loses its extension. */
function dotted(path: string, root: string): string {
  const below = relative(dirname(root), path);
  const bare = isSource(below) ? below.slice(0, -extname(below).length) : below;
  return bare.split(sep).join('.');
}

/** The path with symlinks resolved; undefined where nothing is there, or the path is not absolute. */
export async function realPathOf(path: string): Promise<string | undefined> {
  if (!isAbsolute(path) || path.includes('\0')) return undefined;
  try {
    return await realpath(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENAMETOOLONG') return undefined;
    throw error;
  }
}

async function holder(real: string, roots: readonly string[]): Promise<string | undefined> {
  const known = await Promise.all(roots.map(realPathOf));
  const holding = known.filter((root) => root !== undefined && isWithin(root, real));
  return holding.sort((a, b) => (a?.length ?? 0) - (b?.length ?? 0))[0];
}

async function countFiles(path: string): Promise<{ pyFiles: number; scriptFiles: number }> {
  if (!(await stat(path)).isDirectory()) return countNames([path]);
  const names: string[] = [];
  const folders = [path];
  for (let folder = folders.pop(); folder !== undefined && names.length < MAX_ENTRIES; folder = folders.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isFile()) names.push(entry.name);
      else if (entry.isDirectory() && isOurs(entry.name)) folders.push(join(folder, entry.name));
    }
  }
  return countNames(names);
}

function countNames(names: readonly string[]): { pyFiles: number; scriptFiles: number } {
  const extensions = names.map((name) => extname(name).toLowerCase());
  return {
    pyFiles: extensions.filter((extension) => extension === '.py').length,
    scriptFiles: extensions.filter((extension) => SCRIPT.has(extension)).length,
  };
}

async function isBarePackage(path: string): Promise<boolean> {
  if (!(await stat(path)).isDirectory()) return false;
  const names = await readdir(path);
  return names.some((name) => name.endsWith('.py')) && !names.includes('__init__.py');
}

function isOurs(folder: string): boolean {
  return !folder.startsWith('.') && !SKIPPED.has(folder);
}

function isSource(path: string): boolean {
  const extension = extname(basename(path)).toLowerCase();
  return extension === '.py' || SCRIPT.has(extension);
}
