import { realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** A path of Node, and whether an upgrade of Node keeps it. */
export interface NodePath {
  path: string;
  isStable: boolean;
}

const USUAL = ['/usr/bin', '/usr/local/bin'];
const VERSION = /\d+\.\d+/;

/**
 * The path by which this same Node is found after an upgrade: one without a version in it, as a package manager keeps.
 * Version managers have a folder for each version, which is gone one day; then there is only the present path.
 */
export function stableNode(execPath: string, searchPath: string): NodePath {
  const present = realpathSync(execPath);
  const folders = [
    dirname(execPath),
    ...USUAL,
    ...searchPath.split(delimiter).filter((folder) => folder.startsWith('/')),
  ];
  const path = folders
    .map((folder) => join(folder, 'node'))
    .find((candidate) => !VERSION.test(candidate) && isSame(candidate, present));
  return path === undefined ? { path: execPath, isStable: false } : { path, isStable: true };
}

function isSame(candidate: string, present: string): boolean {
  try {
    return realpathSync(candidate) === present;
  } catch {
    return false; // Not there.
  }
}
