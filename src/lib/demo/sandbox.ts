import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { writeFileSafely } from '../base/atomic-file.js';
import { freePortBase } from '../base/free-ports.js';
import { loadConfig } from '../config/load.js';
import { PORT_COUNT } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { withoutSettings, writeOwnConfig } from '../supervise/own-surroundings.js';
import { gypOfNpm, ownCode } from './real-code.js';

/** A colony's surroundings that nobody else uses. */
export interface Sandbox {
  /** Folder that holds all of it. */
  folder: string;
  config: Config;
  /** Environment of its daemons, without the settings of the caller's own colony. */
  env: NodeJS.ProcessEnv;
  /** Folders of the modules to ask about. */
  modules: string[];
  /** A folder that does not exist, below a source root. */
  phantom: string;
  registryBefore: string;
  remove(): Promise<void>;
}

/** Where the sandbox comes from. */
export interface SandboxOptions {
  packageRoot: string;
  env: NodeJS.ProcessEnv;
  random: () => number;
}

const HOST = '127.0.0.1';
const REGISTRY = `# What this colony can do. People write here too: comments stay where they are.
tool_synthesis:
  module: tool_synthesis
  enabled: true # switched on after the review in May
  description: Dynamic tool generation and synthesis
`;

/** Makes a fresh home with ports of its own, a copy of real Python code, and a registry that a person has written in. */
export async function makeSandbox({ packageRoot, env, random }: SandboxOptions): Promise<Sandbox> {
  const folder = await mkdtemp(join(tmpdir(), 'kloros-demo-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const own = ownCode(packageRoot);
    const copies = join(folder, 'src');
    const gyp = await copyPackage(await gypOfNpm(env, process.execPath), copies);
    const home = join(folder, 'home');
    const portBase = await freePortBase({ host: HOST, count: PORT_COUNT, random });
    await writeHome(home, { portBase, sourceRoots: [copies, own.root] });
    const colonyEnv = withoutSettings(env);
    const { config } = await loadConfig({ env: colonyEnv, cwd: home, flags: { home } });
    const modules = [...gyp, ...own.modules.map((module) => join(own.root, module))];
    return {
      folder,
      config,
      env: colonyEnv,
      modules,
      phantom: join(copies, 'phantom'),
      registryBefore: REGISTRY,
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Without its `__init__.py`, so that the integrator has something to make. */
async function copyPackage(from: string | undefined, into: string): Promise<string[]> {
  await mkdir(into, { recursive: true });
  if (from === undefined) return [];
  const copy = join(into, basename(from));
  await cp(from, copy, { recursive: true, filter: (path) => !path.endsWith('__pycache__') });
  await rm(join(copy, '__init__.py'), { force: true });
  return [copy];
}

/** A demo does not wait a minute for the monitor, and shows its cycle on a busy machine too. */
async function writeHome(
  home: string,
  { portBase, sourceRoots }: Pick<Config, 'portBase' | 'sourceRoots'>,
): Promise<void> {
  const settings = { sourceRoots, monitor: { intervalMs: 1_000 }, dream: { maxLoad: 10_000, minFreeMb: 50 } };
  await writeOwnConfig({ home, host: HOST, portBase, settings });
  await writeFileSafely(join(home, 'capabilities.yaml'), REGISTRY);
}
