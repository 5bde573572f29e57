import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/**
 * Puts a journal in place that a kloros of that version really wrote: the first one, with three signals, work and a dead
 * letter; or the one before names of subjects were written down, with the chain of a question and of a deployment.
 */
export function putOldJournal(path: string, version: 1 | 4): void {
  const file = fileURLToPath(new URL(`../fixtures/journal/version-${version}.db.gz`, import.meta.url));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, gunzipSync(readFileSync(file)));
}
