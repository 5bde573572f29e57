import { join } from 'node:path';
import type { Config } from '../config/schema.js';
import { pathsOf } from '../config/paths.js';
import { driftOf, type FileDrift } from './drift.js';
import type { Layout, UnitDaemon } from './layout.js';
import { hasPolkit, POLKIT_RULE_PATH, renderPolkitRule } from './polkit.js';
import { readRecord, type InstallRecord } from './record.js';
import { renderUnits } from './render-units.js';
import { pathUnitOf, TARGET, unitOf } from './unit-names.js';

/** What an installation is about. */
export interface InstallationRequest {
  layout: Layout;
  config: Config;
  env: NodeJS.ProcessEnv;
  /** Every daemon of the list. */
  daemons: readonly UnitDaemon[];
  /** Names of those that are asked for besides those that were before, or all; undefined: as before, at first all. */
  chosen?: readonly string[] | 'all' | undefined;
}

/** An installation as it is on disk, and as it would be. */
export interface Installation {
  recordPath: string;
  /** What was installed before. */
  record: InstallRecord | undefined;
  /** Daemons that are asked for, now or before; null where all are. */
  chosen: string[] | null;
  /** Units to be enabled, the target first. */
  units: string[];
  drift: FileDrift[];
}

/** Looks at what is on disk; changes nothing. */
export async function lookAtInstallation(request: InstallationRequest): Promise<Installation> {
  const { layout, config, env, daemons } = request;
  const recordPath = pathsOf(config).systemd;
  const record = await readRecord(recordPath);
  const chosen = choiceOf(request, record);
  const members = daemons.filter(({ name, isHub }) => isChosen(chosen, name, isHub));
  const resting = members.filter(({ isOnDemand }) => isOnDemand);
  const units = [TARGET, ...resting.map(({ name }) => pathUnitOf(name)), ...members.map(({ name }) => unitOf(name))];
  const folder = unitFolder(layout, env);
  // Each unit is rendered knowing all the others, so that one that is installed alone still starts behind the hub.
  const rendered = [...renderUnits(daemons, layout)].filter(([name]) => units.includes(name));
  const files = rendered.map(([name, text]): [string, string] => [join(folder, name), text]);
  const wanted = new Map([...files, ...rulesOf(layout, daemons)]);
  const installed = Object.fromEntries(
    Object.entries(record?.files ?? {}).filter(([path]) => path !== SYSTEM_CONFIG_PATH),
  );
  return { recordPath, record, chosen, units, drift: await driftOf({ wanted, installed }) };
}

/** The settings of a system's colony; written once, and its operator's from then on. */
export const SYSTEM_CONFIG_PATH = '/etc/kloros/config.yaml';

/** Whether a daemon belongs to an installation of those that were chosen; the hub belongs to each. */
export function isChosen(chosen: readonly string[] | null, name: string, isHub: boolean): boolean {
  return isHub || chosen === null || chosen.includes(name);
}

/** Those that are asked for are added to those that were. */
function choiceOf({ chosen }: InstallationRequest, record: InstallRecord | undefined): string[] | null {
  if (chosen === 'all') return null;
  const before = record === undefined ? undefined : record.chosen;
  if (chosen === undefined) return before ?? null;
  return before === null ? null : [...new Set([...(before ?? []), ...chosen])].sort();
}

/** Names also the units that may be installed later, so that it stays as it is. */
function rulesOf({ group }: Layout, daemons: readonly UnitDaemon[]): [string, string][] {
  if (group === null || !hasPolkit()) return [];
  const units = daemons.flatMap(({ name }) => [pathUnitOf(name), unitOf(name)]);
  return [[POLKIT_RULE_PATH, renderPolkitRule(group, [TARGET, ...units])]];
}

function unitFolder({ scope }: Layout, env: NodeJS.ProcessEnv): string {
  if (scope === 'system') return '/etc/systemd/system';
  return join(env['XDG_CONFIG_HOME'] ?? join(env['HOME'] ?? '', '.config'), 'systemd', 'user');
}
