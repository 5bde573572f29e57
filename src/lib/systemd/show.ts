import { demand, type Systemctl } from './systemctl.js';

/** Properties of a unit, by name. */
export type UnitProperties = Readonly<Record<string, string>>;

const PROPERTIES = [
  'Id,LoadState,ActiveState,SubState,UnitFileState,FragmentPath,DropInPaths,MainPID,NRestarts,Result,StatusText',
  'ExecMainCode,ExecMainStatus,ActiveEnterTimestamp,StateChangeTimestamp,WorkingDirectory,MemoryCurrent,CPUUsageNSec,TriggeredBy',
].join(',');

/** What systemd knows of a unit; of one that does not exist it knows that too. */
export async function showUnit(systemctl: Systemctl, unit: string): Promise<UnitProperties> {
  const [properties = {}] = await showUnits(systemctl, [unit]);
  return properties;
}

/** The same for many at once, in their order. */
export async function showUnits(systemctl: Systemctl, units: readonly string[]): Promise<UnitProperties[]> {
  const shown = await demand(systemctl, 'show', '--timestamp=unix', '-p', PROPERTIES, '--', ...units);
  return shown
    .trim()
    .split('\n\n')
    .map((block) => Object.fromEntries(block.split('\n').map(property)));
}

function property(line: string): [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1)];
}
