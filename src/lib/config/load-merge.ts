import { join } from 'node:path';
import { dottedPath, issuesInWords } from '../base/issues.js';
import { own, setOwn } from '../base/own.js';
import { invalidConfig } from './load-error.js';
import { absolutePaths, isPathKey } from './load-paths.js';
import { settings, type Setting } from './load-settings.js';
import { firstOf, type Layer, type Origin, type Origins } from './provenance.js';
import { configSchema, type Config } from './schema.js';

/** What the layers are merged around. */
export interface MergeOptions {
  /** Absolute, and where it came from. */
  home: { value: string; from: string };
  /** Where `~` is. */
  userHome: string;
}

const DEFAULT = 'default';

/** One configuration of several layers, the strongest first; each value is checked where it was written. */
export function mergeLayers(layers: readonly Layer[], options: MergeOptions): { config: Config; origins: Origins } {
  const given = new Map<string, Origin>();
  for (const setting of settings) {
    const origin = setting.key === 'home' ? options.home : valueOf(setting, layers, options.userHome);
    if (origin !== undefined) given.set(setting.key, origin);
  }
  const draft = defaultPaths(options);
  for (const { key, path } of settings) if (given.has(key)) put(draft, path, given.get(key)?.value);
  const config = checkWhole(draft, given);
  const origins = settings.map(({ key, path }): [string, Origin] => {
    return [key, { value: pick(config, path), from: given.get(key)?.from ?? DEFAULT }];
  });
  return { config, origins: Object.fromEntries(origins) };
}

function defaultPaths({ home, userHome }: MergeOptions): Record<string, unknown> {
  return {
    home: home.value,
    sourceRoots: [join(userHome, 'src')],
    deployRoot: join(home.value, 'deployed'),
    capabilitiesPath: join(home.value, 'capabilities.yaml'),
  };
}

function valueOf(setting: Setting, layers: readonly Layer[], userHome: string): Origin | undefined {
  const found = firstOf(layers, setting.key);
  if (found === undefined) return undefined;
  const { from, base } = found;
  const parsed = setting.schema.safeParse(found.value);
  if (!parsed.success) throw invalidConfig(from, complaint(setting, issuesInWords(parsed.error)));
  const value = isPathKey(setting.key) ? absolutePaths(parsed.data, { base, userHome }) : parsed.data;
  return { value, from };
}

function complaint({ key, description }: Setting, issues: string[]): string {
  return `${key}: ${issues.join('; ')}${description === undefined ? '' : ` (${description})`}`;
}

/** Complains of what only shows in the whole: a group of which a part is missing. */
function checkWhole(draft: Record<string, unknown>, given: ReadonlyMap<string, Origin>): Config {
  const parsed = configSchema.safeParse(draft);
  if (parsed.success) return parsed.data;
  const group = dottedPath(parsed.error.issues[0]?.path.slice(0, -1) ?? []);
  const near = [...given].find(([key]) => key.startsWith(`${group}.`));
  throw invalidConfig(near?.[1].from ?? DEFAULT, issuesInWords(parsed.error).join('; '));
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    setOwn(target, name, value);
    return;
  }
  const found = own(target, name);
  const below = isObject(found) ? found : {};
  setOwn(target, name, below);
  put(below, rest, value);
}

function pick(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, name) => (isObject(at) ? own(at, name) : undefined), value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
