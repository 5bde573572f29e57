import { basename } from 'node:path';
import type { Installation } from './installation.js';
import { writeRecord, type InstallRecord } from './record.js';
import { showUnits, type UnitProperties } from './show.js';
import type { Step } from './steps.js';
import { demand, type Systemctl } from './systemctl.js';
import { TARGET } from './unit-names.js';

/** What is to be started, and as what. */
export interface StartRequest {
  systemctl: Systemctl;
  /** Of this kloros. */
  version: string;
  /** Restarts all that run, changed or not. */
  restart: boolean;
  /** As it was written. */
  record: InstallRecord;
}

/** The version that runs where it is not this one; undefined where nothing was started by another. */
export function olderVersion({ record }: Pick<Installation, 'record'>, version: string): string | undefined {
  if (record === undefined || record.version === version) return undefined;
  return record.version ?? 'an earlier version';
}

/** Restarts what runs and has changed, all of it after an upgrade, and starts what is down. */
export async function startSteps(request: StartRequest, found: Installation): Promise<Step[]> {
  return [...restartSteps(request, found), ...(await targetSteps(request, found))];
}

function restartSteps({ systemctl, version, restart, record }: StartRequest, found: Installation): Step[] {
  const older = olderVersion(found, version);
  const isAll = restart || older !== undefined;
  const names = isAll ? found.units.filter((unit) => unit !== TARGET) : changedUnits(found);
  if (names.length === 0) return [];
  const why = older === undefined ? '' : `, from ${older} to ${version}`;
  // In one word to systemd: all stop, the hub last, before one of them starts, so that never two versions work together.
  const run = async () => {
    await demand(systemctl, 'try-restart', ...names);
    await writeRecord(found.recordPath, { ...record, version });
  };
  return [
    { words: isAll ? `restart all that runs${why}` : `restart what has changed and runs: ${names.join(', ')}`, run },
  ];
}

function changedUnits({ drift, units }: Installation): string[] {
  const changed = drift.filter(({ drift: kind }) => kind === 'outdated' || kind === 'edited');
  return changed.map(({ path }) => basename(path)).filter((name) => units.includes(name));
}

async function targetSteps({ systemctl }: StartRequest, { units }: Installation): Promise<Step[]> {
  const shown = await showUnits(systemctl, units);
  if (shown.every((unit) => unit['ActiveState'] === 'active' || mayRest(unit, units))) return [];
  return [{ words: `start ${TARGET}`, run: () => demand(systemctl, 'start', ...units) }];
}

/** What another of the units starts on demand may well be down. */
function mayRest({ ActiveState, TriggeredBy = '' }: UnitProperties, units: readonly string[]): boolean {
  return ActiveState === 'inactive' && units.includes(TriggeredBy);
}
