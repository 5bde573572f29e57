import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { daemons } from '../../src/daemons/index.js';
import { systemClock } from '../../src/lib/base/clock.js';
import type { Bus } from '../../src/lib/bus/bus.js';
import { openBus } from '../../src/lib/bus/open-bus.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import { configSchema, type Config } from '../../src/lib/config/schema.js';
import type { Level } from '../../src/lib/signals/origin.js';
import { tellSupervisor } from '../../src/lib/supervise/control-client.js';
import { Canary } from './canary.js';
import { anyMachine, freePortBase, silentLog } from './colony.js';
import { peakMb } from './process-memory.js';
import { startUp } from './up.js';

/** A whole colony with a canary tree beside its home, whose own evaluator and healing command say when they are started. */
export interface CanaryColony {
  canary: Canary;
  config: Config;
  bus: Bus;
  env: Record<string, string>;
  /** Tells its supervisor something. */
  tell(verb: 'start' | 'stop', names: readonly string[]): Promise<void>;
  /** All daemons by name, state, pid and start. */
  running(): Promise<string[]>;
  /** Highest memory of each daemon so far, in MiB. */
  peaksMb(): Promise<Record<string, number>>;
  end(): Promise<void>;
}

/** Starts `kloros up` on a home of its own, at which programs without a key may do this. */
export async function startCanaryColony(level: Level): Promise<CanaryColony> {
  const canary = new Canary();
  const config = configSchema.parse({
    home: canary.home,
    portBase: await freePortBase(),
    sourceRoots: [join(canary.home, 'src')],
    deployRoot: join(canary.home, 'deployed'),
    capabilitiesPath: join(canary.home, 'capabilities.yaml'),
    bus: { anonymous: level, local: level },
    delivery: { backoffMs: 20, maxBackoffMs: 100 },
    dream: { maxLoad: 100_000, minFreeMb: 0 },
    health: anyMachine,
    healing: { commands: { heal: { path: canary.program('heal') } } },
  });
  furnish(config, canary);
  const env = { KLOROS_HOME: config.home };
  const colony = startUp({ ...env, PATH: `${canary.bin}:${process.env['PATH']}` });
  await colony.ready();
  const bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'onlooker' });
  const { control } = pathsOf(config);
  const statuses = async () => (await tellSupervisor(control, { do: 'status', names: [] }))!.daemons;
  return {
    ...{ canary, config, bus, env },
    tell: async (verb, names) => {
      await tellSupervisor(control, { do: verb, names: [...names] });
    },
    running: async () =>
      (await statuses()).map(({ name, state, pid }) => `${name} ${state} ${pid} ${pid === null ? '' : startOf(pid)}`),
    peaksMb: async () => Object.fromEntries((await statuses()).map(({ name, pid }) => [name, peakMb(pid!)])),
    end: async () => {
      await bus.close();
      await colony.end('SIGTERM');
      canary.remove();
    },
  };
}

const RESTARTS = ['restart_the_silent_investigator', 'restart_the_silent_dreamer'];

/** Names of the daemons that bind a port of their own. */
export const PORT_DAEMONS = daemons.flatMap(({ name, portOffset }) => (portOffset === undefined ? [] : [name]));

/** What would do harm if a stranger's word were the colony's: it is the operator's to start. */
function furnish(config: Config, canary: Canary): void {
  const { home, ...settings } = config;
  writeFileSync(join(home, 'config.yaml'), stringify(settings));
  mkdirSync(join(home, 'src', 'good'), { recursive: true });
  mkdirSync(pathsOf(config).intents);
  writeFileSync(
    join(home, 'src', 'good', 'count.py'),
    '"""Counts."""\n\n\ndef count(items):\n    """Count items."""\n',
  );
  symlinkSync(canary.outside, join(home, 'src', 'link'));
  const evaluator = { command: [canary.program('evaluate')] };
  const metrics = { target_direction: { score: 'up' } };
  const experiment = { name: 'compression', enabled: true, search_space: { level: [1, 2] }, evaluator, metrics };
  writeFileSync(pathsOf(config).dream, stringify({ experiments: [experiment] }));
  const when = { event: 'health_critical', alert: 'disk_space_low' };
  const heal = { name: 'heal', when, do: { action: 'run_command', command: 'heal' } };
  // Who may act has a daemon restarted by saying that it is silent; nobody else has.
  const off = config.bus.local === 'act' ? RESTARTS.map((name) => ({ name, enabled: false })) : [];
  writeFileSync(pathsOf(config).healing, stringify({ rules: [heal, ...off] }));
}

/** Clock ticks after boot at which a process began (proc(5)). */
function startOf(pid: number): string {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19]!;
}
