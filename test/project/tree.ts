import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the project. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Text of a file of the project. */
export const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Files below a folder of the project, by their paths from its root, sorted. */
export function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

/** Every command as it is typed, with its file. */
export const commands = filesBelow('src/commands', '.ts').map((file) => ({
  file,
  words: file.slice('src/commands/'.length, -'.ts'.length).split('/').join(' '),
}));

/** What package.json says that tests ask for. */
export interface PackageJson {
  version: string;
  scripts: Record<string, string>;
  files: string[];
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
  oclif: { topics: Record<string, { description: string }> };
}

/** The project's package.json. */
export const packageJson = JSON.parse(textOf('package.json')) as PackageJson;
