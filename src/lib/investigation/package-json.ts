import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { foldersUpTo } from './source-files.js';

const schema = z.looseObject({
  name: z.string().nullish().catch(null),
  description: z.string().nullish().catch(null),
  main: z.string().nullish().catch(null),
  bin: z
    .union([z.string(), z.record(z.string(), z.string())])
    .nullish()
    .catch(null),
});

/** The package that a module is, or belongs to. */
export interface PackageJson {
  /** Folder it lies in. */
  folder: string;
  name: string | null;
  description: string | null;
  /** `main`, `bin <name>` → path relative to folder. */
  starts: [string, string][];
}

/** The nearest package.json from a folder up to the source root; undefined where there is none that can be read. */
export function nearestPackage(from: string, root: string): PackageJson | undefined {
  for (const folder of foldersUpTo(from, root)) {
    const found = readPackage(folder);
    if (found) return found;
  }
  return undefined;
}

function readPackage(folder: string): PackageJson | undefined {
  try {
    const { name, description, main, bin } = schema.parse(
      JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
    );
    const bins = typeof bin === 'string' ? { [name ?? 'bin']: bin } : (bin ?? {});
    const starts: [string, string][] = Object.entries(bins).map(([as, path]) => [`bin ${as}`, path]);
    if (main) starts.push(['main', main]);
    return { folder, name: name ?? null, description: description ?? null, starts };
  } catch {
    return undefined; // None here, or none that can be read.
  }
}
