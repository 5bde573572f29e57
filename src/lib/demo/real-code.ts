import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';

/** Code of this project: its source root, and modules below it that are worth knowing. */
export interface OwnCode {
  root: string;
  modules: string[];
}

const OWN_MODULES = ['lib/signals', 'lib/supervise', 'lib/capabilities'];
const GYP_IN_NPM = join('node_modules', 'node-gyp', 'gyp', 'pylib', 'gyp');

/** The sources where this is a clone, the build where it is an installed package. */
export function ownCode(packageRoot: string): OwnCode {
  const root = ['src', 'dist'].map((folder) => join(packageRoot, folder)).find((folder) => existsSync(folder));
  return { root: root ?? packageRoot, modules: OWN_MODULES };
}

/** The Python package `gyp` inside the npm that came with this Node, or undefined where there is no npm. */
export async function gypOfNpm(env: NodeJS.ProcessEnv, execPath: string): Promise<string | undefined> {
  const starts = [
    env['npm_execpath'],
    join(dirname(execPath), 'npm'),
    ...(env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'npm')),
  ];
  for (const start of starts) {
    const cli = start === undefined || start === '' ? undefined : await realpath(start).catch(() => undefined);
    const found = cli === undefined ? undefined : join(dirname(dirname(cli)), GYP_IN_NPM);
    if (found !== undefined && existsSync(found)) return found;
  }
  return undefined;
}
