// Removes from dist what no source accounts for: tsc never deletes, and oclif would offer a command that is gone.
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const BUILD_STATE = '.tsbuildinfo';

const isStale = (path) => !existsSync(join(root, 'src', relative(dist, path).replace(/\.js(\.map)?$/, '.ts')));

for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (entry.isDirectory() || entry.name === BUILD_STATE || !isStale(path)) continue;
  rmSync(path);
  for (let folder = dirname(path); folder !== dist && readdirSync(folder).length === 0; folder = dirname(folder))
    rmdirSync(folder);
}
