import { loadConfig, type LoadedConfig } from '../config/load.js';
import { accountOf } from './account.js';
import { SYSTEM_HOME, type Layout, type Scope } from './layout.js';
import { stableNode } from './stable-node.js';

/** What an installation on this machine is asked for. */
export interface LayoutRequest {
  scope: Scope;
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Path of the running Node. */
  execPath: string;
  /** The package's folder. */
  root: string;
  /** Given on the command line. */
  home?: string | undefined;
  /** Whom the daemons of a system installation run as. */
  runAs: string;
}

/** A layout, and what it was made from. */
export interface MachineLayout extends LoadedConfig {
  layout: Layout;
}

/** Where an installation on this machine has what, and what its operator should know before it is made. */
export async function machineLayout(request: LayoutRequest): Promise<MachineLayout> {
  const { scope, execPath, env, root, runAs } = request;
  const loaded = await (scope === 'system' ? loadForSystem(request) : loadForUser(request));
  const node = stableNode(execPath, env['PATH'] ?? '');
  const { home, sourceRoots } = loaded.config;
  const identity = scope === 'system' ? { user: runAs, group: runAs } : { user: null, group: null };
  const layout = { scope, node: node.path, root, home, sourceRoots, ...identity };
  return { ...loaded, layout, warnings: [...loaded.warnings, ...doubts(loaded, node.isStable, node.path)] };
}

async function loadForUser({ env, cwd, home }: LayoutRequest): Promise<LoadedConfig> {
  return loadConfig({ env, cwd, flags: home === undefined ? {} : { home } });
}

/** The daemons see the user they run as and /etc, and nothing of whoever installs them. */
async function loadForSystem({ env, home, runAs }: LayoutRequest): Promise<LoadedConfig> {
  const userHome = (await accountOf(runAs))?.home ?? SYSTEM_HOME;
  const sources = { env: { ...env, HOME: userHome }, cwd: '/' };
  const loaded = await loadConfig({ ...sources, flags: home === undefined ? {} : { home } });
  return loaded.origins['home']?.from === 'default' ? loadConfig({ ...sources, flags: { home: SYSTEM_HOME } }) : loaded;
}

function doubts({ origins, config }: LoadedConfig, isStable: boolean, node: string): string[] {
  const unseen = Object.entries(origins).filter(([key, { from }]) => key !== 'home' && from.startsWith('environment'));
  return [
    ...unseen.map(
      ([key, { from }]) =>
        `${key} is set by ${from.replace('environment ', '')}, which the services do not see; write it to ${config.home}/config.yaml`,
    ),
    ...(isStable
      ? []
      : [`${node} has its version in its path: after an upgrade of Node, run "kloros systemd install" again`]),
  ];
}
