import { join, resolve } from 'node:path';
import { CREDENTIALS } from './credentials.js';

const PATH_KEYS: ReadonlySet<string> = new Set([
  'home',
  'deployRoot',
  'capabilitiesPath',
  'sourceRoots',
  ...Object.keys(CREDENTIALS),
]);

/** Whether a setting is a path or a list of paths. */
export function isPathKey(key: string): boolean {
  return PATH_KEYS.has(key);
}

/** Where a relative path starts, and where `~` is. */
export interface PathBase {
  base: string;
  userHome: string;
}

/** An absolute path: `~` expanded, relative to the base otherwise. */
export function absolutePath(path: string, { base, userHome }: PathBase): string {
  const expanded = path === '~' || path.startsWith('~/') ? join(userHome, path.slice(1)) : path;
  return resolve(base, expanded);
}

/** A path or a list of paths, absolute. */
export function absolutePaths(value: unknown, base: PathBase): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => absolutePaths(one, base));
  return typeof value === 'string' ? absolutePath(value, base) : value;
}
