import type { HotFile } from '../base/hot-file.js';
import type { Attendant } from '../bus/bus.js';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { Healer, type HealerParts } from './healer.js';
import { openRulesFile } from './rules-file.js';
import type { Surroundings } from './rule.js';
import type { Rules } from './rules.js';

/** Who heals, and whom. */
export interface HealerSurroundings extends Pick<HealerParts, 'clock' | 'journal'> {
  /** The daemon that heals: no rule may name it. */
  name: string;
  config: Config;
  colony: {
    daemons: Surroundings['daemons'];
    processes(): Promise<Attendant[]>;
    restarts(): Promise<{ name: string; restarts: number | null }[]>;
  };
}

/** The rules of a home, as they are in force for its healer. */
export function rulesFileOf(
  config: Config,
  others: Surroundings['daemons'],
  state: Readonly<Record<string, unknown>>,
): HotFile<Rules> {
  const timeouts = Object.values(config.expectations).flatMap(({ emit, enabled }) => (enabled ? [emit] : []));
  const { alsoSays, commands } = config.healing;
  const surroundings = { daemons: others, timeouts, mayEmit: alsoSays, commands: Object.keys(commands) };
  return openRulesFile({ path: pathsOf(config).healing, ...surroundings }, state);
}

/** A healer that goes on from what was kept. */
export function openHealer(
  { name, config, clock, journal, colony }: HealerSurroundings,
  state: Readonly<Record<string, unknown>>,
): Healer {
  const daemons = colony.daemons.filter((daemon) => daemon.name !== name);
  return new Healer({
    ...{ config, clock, journal, daemons },
    file: rulesFileOf(config, daemons, state),
    processes: () => colony.processes(),
    restarts: () => colony.restarts(),
  });
}
