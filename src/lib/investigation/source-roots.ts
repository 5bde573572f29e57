import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { InvestigationFailure } from './failure.js';
import { isBelow } from './source-files.js';

/** A path that may be looked at. */
export interface Located {
  /** After resolving every link. */
  real: string;
  /** Real path of the source root that contains it. */
  root: string;
}

/** Either a path that may be looked at, or why it may not. */
export type Location = { found: Located } | { failure: InvestigationFailure };

/** Real paths of the source roots that exist (D9). */
export async function realRoots(sourceRoots: readonly string[]): Promise<string[]> {
  const found = await Promise.all(sourceRoots.map((root) => realPathOf(root)));
  return found.filter((root) => root !== undefined);
}

/** Resolves a path and checks it against the source roots. A relative one is looked for in each root and beside it. */
export async function locate(path: string, roots: readonly string[]): Promise<Location> {
  const candidates = candidatesOf(path, roots);
  for (const candidate of candidates) {
    const real = await realPathOf(candidate);
    if (real === undefined) continue;
    const root = longest(roots.filter((one) => isBelow(real, one)));
    return root === undefined ? { failure: outside({ path, real }, roots) } : { found: { real, root } };
  }
  return { failure: phantom(`${path} does not exist`, 'nothing lies there, nor a link to anything') };
}

/** Finds a module by its name, dotted or not, in the source roots. */
export async function locateByName(name: string, roots: readonly string[]): Promise<Location> {
  const parts = name.split('.').filter((part) => /^[\p{L}\p{N}_-]+$/u.test(part));
  const safe = parts.length > 0 && parts.length === name.split('.').length;
  for (const root of safe ? roots : []) {
    const inner = parts[0] === basename(root) && parts.length > 1 ? parts.slice(1) : parts;
    for (const ending of ['', '.py', '.ts', '.js', '.mjs']) {
      const location = await locate(join(root, ...inner) + ending, roots);
      if ('found' in location) return location;
    }
  }
  const where = roots.length === 0 ? 'no source root exists' : `it lies in none of ${roots.join(', ')}`;
  return { failure: phantom(`There is no module ${JSON.stringify(name)}`, where) };
}

/** Dotted, below the source root's parent: `src.audio` (D9). */
export function dottedPath({ real, root }: Located): string {
  const below = relative(dirname(root), real);
  return below
    .slice(0, below.length - extname(below).length)
    .split(sep)
    .join('.');
}

/** Real path, or undefined where nothing lies there or may be looked at. */
export async function realPathOf(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}

function candidatesOf(path: string, roots: readonly string[]): string[] {
  const expanded = path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
  if (isAbsolute(expanded)) return [resolve(expanded)];
  return roots.flatMap((root) => [join(root, expanded), join(dirname(root), expanded)]);
}

function longest(paths: readonly string[]): string | undefined {
  return [...paths].sort((one, two) => two.length - one.length)[0];
}

function phantom(message: string, why: string): InvestigationFailure {
  return { type: 'phantom', message, why, next: ['correct the path, or drop the question'] };
}

function outside({ path, real }: { path: string; real: string }, roots: readonly string[]): InvestigationFailure {
  const wanted = dirname(real) === sep ? real : dirname(real);
  const all = [...roots, wanted];
  return {
    type: 'outside_source_roots',
    message: `${path} may not be looked at`,
    why: `${real === path ? 'it' : real} is outside of the source roots (${roots.join(', ') || 'none'})`,
    next: [`allow it: KLOROS_SOURCE_ROOTS=${all.join(':')}`, `or in kloros.yaml: sourceRoots: [${all.join(', ')}]`],
  };
}
