import { mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deploymentId, deployWinner, type Winner } from '../../../src/lib/deployment/deploy.js';
import { layoutOf } from '../../../src/lib/deployment/layout.js';
import { measureOf } from '../../../src/lib/deployment/verdict.js';
import { temporaryFolder } from '../../helpers/temporary-folders.js';
import { experimentWith } from '../dream/experiments.js';

export const NOW_MS = Date.UTC(2025, 10, 15, 10, 30);

/** Files that every test of deployments starts from, byte for byte. */
export const BEFORE = {
  'app.yaml': '# tuned by hand\nlevel: 1 # do not exceed 9\nother: [a,b]\n',
  'app.env': '# env\nexport LEVEL="1"\nKEEP=me\n',
  'app.json': '{\n    "level": 1,\n    "keep": true\n}\n',
};

/** An evaluator that is a shell's program: it starts in no time. */
export const shell = (program: string) => ({ command: ['sh', '-c', program] });

/** An experiment whose metric is its parameter, with three files to configure, and a place to deploy it. */
export async function shop(parts: Record<string, unknown> = {}) {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(BEFORE)) writeFileSync(join(folder, name), text, { mode: 0o640 });
  const int = { type: 'int', min: 0, max: 9 };
  const experiment = await experimentWith({
    name: 'app',
    search_space: { level: int, env: int, json: int, plain: int },
    baseline: { level: 1, env: 1, json: 1, plain: 1 },
    evaluator: shell('echo "{\\"score\\": $((100 + KLOROS_PARAM_LEVEL))}"'),
    metrics: { target_direction: { score: 'up' } },
    param_mapping: {
      level: { file: 'app.yaml', key: 'level' },
      env: { file: 'app.env', key: 'LEVEL' },
      json: { file: 'app.json', key: 'level' },
      plain: 'PLAIN',
    },
    ...parts,
  });
  const deployRoot = join(folder, 'deployed');
  const dreamLab = join(folder, 'dream_lab');
  const layout = layoutOf(deployRoot, experiment.name);
  const options = {
    deployRoot,
    dreamLab,
    measure: measureOf(experiment, {}),
    place: { folder, workRoot: join(folder, 'work'), mark: folder, abort: new AbortController().signal },
    clock: { nowMs: () => NOW_MS },
    mayDeploy: true,
  };
  const winner = (cycleId: string, level: number, more: Partial<Winner> = {}): Winner => {
    const params = { level, env: level, json: level, plain: level };
    const measured = { metrics: { score: 100 + level }, fitness: 1, spread: { score: 0 } };
    return { id: `w${level}`, cycleId, experiment, params, ...measured, artifacts: [], ...more };
  };
  const artifact = (file: string, text: string): void => {
    const path = join(dreamLab, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  return {
    folder,
    layout,
    options,
    winner,
    artifact,
    /** As the daemon does: in a place of its own, so that the end of one deployment ends no process of another. */
    deploy: (one: Winner, more: Partial<typeof options> = {}) => {
      const workRoot = join(folder, 'work', deploymentId(one));
      return deployWinner(one, { ...options, place: { ...options.place, workRoot, mark: workRoot }, ...more });
    },
    text: (name: string) => readFileSync(join(folder, name), 'utf8'),
    /** Everything that can be seen from outside: files, their permissions, and the version in use. */
    look: () => ({
      files: Object.fromEntries(Object.keys(BEFORE).map((name) => [name, readFileSync(join(folder, name), 'utf8')])),
      modes: Object.keys(BEFORE).map((name) => statSync(join(folder, name)).mode & 0o777),
      current: linkOf(layout.current),
    }),
    /** Files that lie in the folder of the version in use. */
    inUse: () => readdirSync(layout.current).sort(),
  };
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null; // Nothing is deployed.
  }
}
