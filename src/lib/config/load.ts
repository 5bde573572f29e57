import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { credentialsLayer } from './credentials.js';
import { environmentLayer, environmentWarnings } from './environment.js';
import { invalidConfig } from './load-error.js';
import { readConfigFile } from './load-file.js';
import { mergeLayers, type MergeOptions } from './load-merge.js';
import { absolutePath } from './load-paths.js';
import { firstOf, type ConfigFile, type Layer, type Origins } from './provenance.js';
import type { Config } from './schema.js';
import { whyOpen, whyStranger } from './trust.js';

/** Where a configuration may come from. */
export interface ConfigSources {
  env: NodeJS.ProcessEnv;
  /** Absolute; `kloros.yaml` is looked for here. */
  cwd: string;
  /** Values of flags by dotted key, e.g. `home`. */
  flags?: Readonly<Record<string, unknown>>;
  /** Default `/etc/kloros/config.yaml`. */
  etcPath?: string;
}

/** A configuration and where it came from. */
export interface LoadedConfig {
  config: Config;
  origins: Origins;
  /** The stronger first. */
  files: ConfigFile[];
  warnings: string[];
}

const ETC_PATH = '/etc/kloros/config.yaml';
const LOCAL_FILE = 'kloros.yaml';
const HOME_FILE = 'config.yaml';
const DEFAULT_HOME = '.kloros';

/**
 * Credential, flag, environment, `./kloros.yaml`, `$KLOROS_HOME/config.yaml`, `/etc/kloros/config.yaml`, default: the first wins.
 * Throws KlorosError INVALID_CONFIG, which names file, line and key.
 */
export async function loadConfig({ env, cwd, flags = {}, etcPath = ETC_PATH }: ConfigSources): Promise<LoadedConfig> {
  const userHome = env['HOME'] ?? homedir();
  const given = [flagLayer(flags, cwd), environmentLayer(env, cwd)];
  const local = await openLocal(join(cwd, LOCAL_FILE));
  const etc = await openOwn(etcPath);
  const home = homeOf([...given, local.layer, etc.layer], userHome);
  const own = await openOwn(join(home.value, HOME_FILE));
  refuseHomeIn(own.layer);
  const layers = [...given, local.layer, own.layer, etc.layer];
  const merged = mergeLayers([await credentialsLayer(env, layers), ...layers], { home, userHome });
  const read = [local, own, etc];
  const files = read.map(({ path, used }) => ({ path, used }));
  const warnings = [...environmentWarnings(env), ...read.flatMap((file) => file.warnings)];
  return { ...merged, files, warnings };
}

/** A file being merged. */
type OpenFile = ConfigFile & { layer: Layer; warnings: readonly string[] };

/** The folder one stands in may be a stranger's, such as /tmp. */
async function openLocal(path: string): Promise<OpenFile> {
  const why = await whyStranger(path);
  if (why === undefined) return openFile(path);
  return { path, used: false, layer: new Map(), warnings: [`${path} is ignored: ${why}`] };
}

async function openOwn(path: string): Promise<OpenFile> {
  const why = await whyOpen(path);
  if (why === undefined) return openFile(path);
  throw invalidConfig(path, `${why}, and it decides which programs run`, `chmod go-w ${dirname(path)} ${path}`);
}

async function openFile(path: string): Promise<OpenFile> {
  const read = await readConfigFile(path);
  return { path, used: read !== undefined, layer: read?.values ?? new Map(), warnings: read?.warnings ?? [] };
}

function flagLayer(flags: Readonly<Record<string, unknown>>, cwd: string): Layer {
  return new Map(Object.entries(flags).map(([key, value]) => [key, { value, from: `flag --${key}`, base: cwd }]));
}

function homeOf(layers: readonly Layer[], userHome: string): MergeOptions['home'] {
  const found = firstOf(layers, 'home');
  if (found === undefined) return { value: join(userHome, DEFAULT_HOME), from: 'default' };
  const { value, from, base } = found;
  if (typeof value !== 'string' || value === '') throw invalidConfig(from, 'home: expected the path of a folder');
  return { value: absolutePath(value, { base, userHome }), from };
}

function refuseHomeIn(own: Layer): void {
  const home = own.get('home');
  if (home === undefined) return;
  throw invalidConfig(home.from, 'home cannot be set in the file that is found through it', 'set KLOROS_HOME instead');
}
