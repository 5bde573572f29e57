import { mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { pathsOf } from '../../src/lib/config/paths.js';
import type { Config } from '../../src/lib/config/schema.js';
import { anyMachine } from './colony.js';

/** Settings of a colony that dreams on a machine which is busy with other tests. */
export const DREAMING = {
  delivery: { pollMs: 100, backoffMs: 20 },
  dream: { maxLoad: 100_000, minFreeMb: 0 },
  health: anyMachine,
  monitor: { intervalMs: 500 },
};

/** Files that winners of `app` configure, as people wrote them. */
export const APP_FILES = {
  'app.yaml': '# tuned by hand\nlevel: 1 # do not exceed 99\nother: [a,b]\n',
  'app.env': '# env\nexport LEVEL="1"\nKEEP=me\n',
  'app.json': '{\n    "level": 1,\n    "keep": true\n}\n',
};

const level = { type: 'int', min: 1, max: 99 };

/** An experiment that ends in no time, finds more than what is in use, and makes a file of its own. */
export const APP = {
  name: 'app',
  search_space: { level },
  baseline: { level: 1 },
  evaluator: {
    command: [
      'sh',
      '-c',
      'echo $KLOROS_PARAM_LEVEL > $KLOROS_WORK_DIR/built; echo "{\\"score\\": $KLOROS_PARAM_LEVEL}"',
    ],
  },
  artifacts: ['built'],
  metrics: { target_direction: { score: 'up' } },
  budget: { max_candidates: 4, max_generations: 2 },
  selector: { population: 4, bracket: 2, match_pairs: 2 },
  param_mapping: { level: { file: 'app.yaml', key: 'level' } },
};

/** Writes dream.yaml and the files that its winner configures. */
export function writeDreamHome(config: Config, experiments: readonly unknown[] = [APP]): void {
  for (const [name, text] of Object.entries(APP_FILES)) writeFileSync(join(config.home, name), text, { mode: 0o640 });
  writeFileSync(pathsOf(config).dream, stringify({ experiments }));
}

/** Drops a promotion as existing writers do. */
export function promote(config: Config, name: string): void {
  const { promotions } = pathsOf(config);
  mkdirSync(promotions, { recursive: true });
  writeFileSync(join(promotions, name), '{"kind":"improvement"}');
}

/** What can be seen of what is deployed: the files that are configured, and the version in use. */
export function lookAtApp(config: Config): { files: Record<string, string>; current: string | null } {
  const names = Object.keys(APP_FILES);
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(config.home, name), 'utf8')]));
  return { files, current: linkOf(join(config.deployRoot, 'app', 'current')) };
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null; // Nothing is deployed.
  }
}
