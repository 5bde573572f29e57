import { mkdir, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isMap, parseDocument } from 'yaml';
import { writeFileSafely } from '../base/atomic-file.js';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { exampleFiles } from '../dream/init.js';

/** Name of the shipped example. */
export const EXPERIMENT = 'compression';

/** The configuration of some service, which a person has written in. */
export const SERVICE_BEFORE = `# How the archive service compresses. People write here too: comments stay where they are.
ARCHIVE_DIR=/var/archive
COMPRESSION_CODEC=gzip   # since 2019
COMPRESSION_LEVEL=6
`;

/** The file of that configuration. */
export function servicePath({ home }: Pick<Config, 'home'>): string {
  return join(home, 'archive.env');
}

/** What differs from the shipped example: a search of seconds that is the same each time, and a file to configure. */
const CHANGES: readonly (readonly [path: readonly (string | number)[], value: unknown])[] = [
  [['run', 'seed'], 7],
  [['run', 'scheduling', 'max_parallel'], 2],
  // How fast something is cannot be measured in a moment on a machine that does other things: size alone counts.
  [['experiments', 0, 'metrics'], { target_direction: { size_ratio: 'down' } }],
  [['experiments', 0, 'budget'], { wallclock_sec: 60, max_candidates: 5, max_generations: 2, patience: 2 }],
  [['experiments', 0, 'selector'], { population: 3, survivors: 2, elitism: 1, bracket: 2, match_pairs: 2 }],
];
const MAPPING = ['experiments', 0, 'param_mapping'] as const;

/** Writes the example experiment, small enough to watch, and the configuration that its winner changes. */
export async function writeDemoExperiment(config: Config): Promise<void> {
  const { dream } = pathsOf(config);
  for (const { path, content } of await exampleFiles(dream, config.home))
    await writeFileSafely(path, path === dream ? made(content) : content);
  await writeFileSafely(servicePath(config), SERVICE_BEFORE);
}

function made(text: string): string {
  const document = parseDocument(text);
  for (const [path, value] of CHANGES) document.setIn(path, document.createNode(value));
  const mapping = document.getIn(MAPPING);
  if (isMap(mapping))
    for (const { key, value } of mapping.items) {
      const target = { file: 'archive.env', key: String(value) };
      document.setIn([...MAPPING, String(key)], document.createNode(target));
    }
  return document.toString({ lineWidth: 0 });
}

/** Drops a promotion as a peer does. */
export async function promote(config: Config, name: string): Promise<void> {
  const { promotions } = pathsOf(config);
  await mkdir(promotions, { recursive: true });
  const text = JSON.stringify({ promotion: basename(name, '.json'), reason: 'the archive grows faster than its disk' });
  await writeFile(join(promotions, `${name}.tmp`), text);
  await rename(join(promotions, `${name}.tmp`), join(promotions, name));
}
