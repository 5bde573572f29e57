import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { daemons } from '../../src/daemons/index.js';
import { systemClock } from '../../src/lib/base/clock.js';
import type { Bus } from '../../src/lib/bus/bus.js';
import { openBus } from '../../src/lib/bus/open-bus.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import type { Config } from '../../src/lib/config/schema.js';
import { startColony, type Colony } from '../../src/lib/supervise/colony.js';
import { daemonCommand } from '../../src/lib/supervise/daemon-command.js';
import type { Transition } from '../../src/lib/supervise/managed-process.js';
import type { RestartPolicy } from '../../src/lib/supervise/restart-policy.js';
import { cliEnv, isBuilt } from './cli.js';
import { removeHome, silentLog, temporaryConfig } from './colony.js';

/** A colony of real processes under the real supervisor, and an onlooker's place on its bus. */
export interface Supervised {
  config: Config;
  bus: Bus;
  colony: Colony;
  transitions: Transition[];
  /** Everything that its daemons logged. */
  log(): string;
  /** Sends a signal to a member's process; false while it has none. */
  signal(name: string, signal: NodeJS.Signals): boolean;
  pidOf(name: string): number | null;
  /** Stops in order and leaves the home; however often it is called. */
  leave(): Promise<void>;
  end(): Promise<void>;
}

/** Starts again at once, however often it was killed. */
export const PATIENT: RestartPolicy = {
  baseMs: 20,
  maxMs: 20,
  maxStarts: Number.MAX_SAFE_INTEGER,
  windowMs: 60_000,
  readyTimeoutMs: 600_000,
  stopTimeoutMs: 20_000,
};

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const MEMBERS = daemons.map(({ name }) => name);

/** What differs from a whole colony in a new home. */
export interface SupervisedOptions {
  overrides?: Record<string, unknown>;
  /** Names of the daemons that run, all when absent. */
  only?: readonly string[];
  /** For every daemon's environment. */
  env?: Record<string, string>;
  /** Runs before anything starts. */
  prepare?: (config: Config) => void;
}

/** Starts daemons in a temporary home and joins the bus; resolves when all are ready. */
export async function startSupervised({ overrides, only, env, prepare }: SupervisedOptions = {}): Promise<Supervised> {
  const config = await temporaryConfig(overrides);
  writeHome(config);
  prepare?.(config);
  const lines: string[] = []; // Not in the home, whose disk may be full.
  const transitions: Transition[] = [];
  const around = { home: config.home, form: 'json', env: cliEnv(env), cwd: config.home } as const;
  const colony = await startColony({
    members: daemons.filter(({ name }) => only?.includes(name) ?? true),
    commandOf: daemonCommand({ root: ROOT, fromSources: !isBuilt }, around),
    clock: systemClock,
    random: Math.random,
    policy: PATIENT,
    onLine: (_name, line) => void lines.push(line),
    onTransition: (transition) => transitions.push(transition),
  });
  const bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'onlooker' });
  let leaving: Promise<void> | undefined;
  const leave = () => (leaving ??= bus.close().then(() => colony.stop()));
  const pidOf = (name: string) => colony.statuses().find((status) => status.name === name)?.pid ?? null;
  return {
    config,
    bus,
    colony,
    transitions,
    log: () => lines.join('\n'),
    signal: (name, signal) => signalled(pidOf(name), signal),
    pidOf,
    leave,
    end: async () => {
      await leave();
      removeHome(config);
    },
  };
}

/** Its daemons read their configuration as an operator's would. */
function writeHome(config: Config): void {
  const { home, ...settings } = config;
  mkdirSync(pathsOf(config).intents, { recursive: true });
  for (const root of config.sourceRoots) mkdirSync(root, { recursive: true });
  writeFileSync(join(home, 'config.yaml'), stringify(settings));
}

function signalled(pid: number | null, signal: NodeJS.Signals): boolean {
  if (pid === null) return false;
  process.kill(pid, signal);
  return true;
}
