import { readFileSync } from 'node:fs';

/** Names that the program itself has. */
export interface Names {
  signals: { name: string; meaning: string }[];
  daemons: { name: string; purpose: string }[];
  settings: string[];
  checks: string[];
}

/** Names that the build wrote down, since loading who defines them takes longer than who presses Tab will wait. */
export function readNames(root: URL): Names {
  return JSON.parse(readFileSync(new URL('dist/names.json', root), 'utf8')) as Names;
}
