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
  /** Names of those that are asked for; all where none is. */
  chosen: readonly string[];
}

/** An installation as it is on disk, and as it would be. */
export interface Installation {
  recordPath: string;
  /** What was installed before. */
  record: InstallRecord | undefined;
  /** Units to be enabled, the target first. */
  units: string[];
  drift: FileDrift[];
}

/** Looks at what is on disk; changes nothing. */
export async function lookAtInstallation(request: InstallationRequest): Promise<Installation> {
  const { layout, config, env, daemons } = request;
  const recordPath = pathsOf(config).systemd;
  const record = await readRecord(recordPath);
  const members = membersOf(request, record);
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
  return { recordPath, record, units, drift: await driftOf({ wanted, installed }) };
}

/** The settings of a system's colony; written once, and its operator's from then on. */
export const SYSTEM_CONFIG_PATH = '/etc/kloros/config.yaml';

/** Those that are asked for are added to those that are there; the hub is always among them. */
function membersOf({ daemons, chosen }: InstallationRequest, record: InstallRecord | undefined): UnitDaemon[] {
  if (chosen.length === 0) return [...daemons];
  return daemons.filter(
    ({ name, isHub }) => isHub || chosen.includes(name) || record?.units.includes(unitOf(name)) === true,
  );
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
