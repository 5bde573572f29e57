import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { syncFolder, writeFileSafely } from '../base/atomic-file.js';
import { errorCode, PermanentError } from '../base/errors.js';
import { insideRoot, pathBelow } from '../base/safe-path.js';
import { editEnv } from './edit-env.js';
import type { Edit } from './edit-target.js';
import type { Layout } from './layout.js';

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** What a version says of itself, `version.json`. */
export const versionSchema = z.object({
  id: z.string(),
  experiment: z.string(),
  winner_id: z.string(),
  cycle_id: z.string(),
  created_at: z.string(),
  params: z.record(z.string(), scalar),
  metrics: z.record(z.string(), z.number()),
  /** What was in use when it was made, and how that measured. */
  baseline: z.object({ params: z.record(z.string(), scalar), metrics: z.record(z.string(), z.number()) }),
  artifacts: z.array(z.string()),
  previous: z.string().nullable(),
});

/** What a version says of itself. */
export type Version = z.output<typeof versionSchema>;

/** What goes into a version's folder. */
export interface VersionParts {
  version: Version;
  env: readonly Edit[];
  /** Folder of the winner's artifacts. */
  artifactsFolder: string;
}

/** Writes a version beside the others; it is there whole or not at all, and the one in use is never touched. */
export async function writeVersion(layout: Layout, { version, env, artifactsFolder }: VersionParts): Promise<string> {
  const folder = pathBelow(layout.versions, version.id);
  const draft = join(layout.versions, `.${version.id}.draft`);
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  await writeFileSafely(join(draft, 'params.json'), json(version.params));
  await writeFileSafely(join(draft, 'version.json'), json(version));
  if (env.length > 0) await writeFileSafely(join(draft, 'params.env'), envText(env));
  for (const file of version.artifacts) await copyArtifact(artifactsFolder, file, join(draft, 'artifacts'));
  await rm(folder, { recursive: true, force: true });
  await rename(draft, folder);
  await syncFolder(layout.versions);
  return folder;
}

/** What a version says of itself; undefined where there is none. */
export async function readVersion(layout: Layout, id: string): Promise<Version | undefined> {
  try {
    const text = await readFile(pathBelow(layout.versions, id, 'version.json'), 'utf8');
    return versionSchema.parse(JSON.parse(text));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function envText(env: readonly Edit[]): string {
  return env.reduce((text, { key, value }) => editEnv(text, key, value), '');
}

/** An evaluator's file, and never what a link in it leads to. */
async function copyArtifact(from: string, file: string, to: string): Promise<void> {
  const source = join(from, file);
  await requireOwnFile(source, from);
  const target = join(to, file);
  await mkdir(dirname(target), { recursive: true });
  await copyFile(source, target, constants.COPYFILE_EXCL);
  await writeFileSafely(target, await readFile(target)); // copyFile does not sync.
}

async function leadsInside(folder: string, path: string): Promise<boolean> {
  return insideRoot(folder, path).then(
    () => true,
    () => false,
  );
}

async function requireOwnFile(path: string, folder: string): Promise<void> {
  const isFile = await lstat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
  if (isFile && (await leadsInside(folder, path))) return;
  throw new PermanentError({
    code: 'ARTIFACT_REFUSED',
    message: `${path} cannot be deployed`,
    why: (await isThere(path)) ? 'it is a link, or leads out of the folder of the winner' : 'it does not exist',
  });
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
