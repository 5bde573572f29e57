import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The fixtures of this room: a source root with two Python packages, and rows of a running installation. */
export const FIXTURES = fileURLToPath(new URL('../../fixtures/investigation', import.meta.url));

/** The Python package that ships with npm, where Node brought npm. */
export const GYP = join(
  dirname(realpathSync(process.execPath)),
  '../lib/node_modules/npm/node_modules/node-gyp/gyp/pylib/gyp',
);

/** A new temporary folder, as a real path. */
export function temporaryFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'kloros-investigation-')));
}

/** Writes files below a folder, by their relative paths. */
export function writeTree(folder: string, files: Record<string, string | Buffer>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}
