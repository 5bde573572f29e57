import { readFileSync } from 'node:fs';

/** A flag or an argument as the manifest has it. */
export interface CachedInput {
  name: string;
  hidden?: boolean;
  /** What it may be, where that is a fixed list. */
  options?: string[];
  summary?: string;
  description?: string;
}

/** A flag. */
export interface CachedFlag extends CachedInput {
  type: 'boolean' | 'option';
  multiple?: boolean;
}

/** A command. */
export interface CachedCommand {
  id: string;
  summary?: string;
  hidden?: boolean;
  /** False where the last argument may be repeated. */
  strict: boolean;
  args: Record<string, CachedInput>;
  flags: Record<string, CachedFlag>;
}

/** Everything that can be typed, without loading a command. */
export interface Manifest {
  commands: Record<string, CachedCommand>;
  /** What topics are about, by name. */
  topics: Record<string, { description: string }>;
}

/** Reads what the build wrote into the folder of the package. */
export function readManifest(root: URL): Manifest {
  const read = (name: string) => JSON.parse(readFileSync(new URL(name, root), 'utf8')) as unknown;
  const { commands } = read('oclif.manifest.json') as Pick<Manifest, 'commands'>;
  const { oclif } = read('package.json') as { oclif: Pick<Manifest, 'topics'> };
  return { commands, topics: oclif.topics };
}
