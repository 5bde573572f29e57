import { existsSync } from 'node:fs';
import { writeFileSafely } from '../base/atomic-file.js';
import { join } from 'node:path';
import { LEGACY_TIMER, restoreProgram } from './legacy.js';
import type { InstallRecord } from './record.js';
import type { Step } from './steps.js';
import { demand, type Systemctl } from './systemctl.js';
import { isPathUnit, TARGET } from './unit-names.js';

/** The document's order; who is not in it stops after it, the hub last of all. */
const STOPPED_FIRST = [
  'kloros-intent-router.service',
  'kloros-orchestrator-monitor.service',
  'kloros-policy-engine.service',
  'kloros-capability-integrator.service',
  'kloros-winner-deployer.service',
  'kloros-dream-consumer.service',
];

/** What is to be rolled back. */
export interface RollbackRequest {
  record: InstallRecord;
  hub: string;
  systemctl: Systemctl;
}

/** The document's rollback plan: the new units are stopped and disabled, what was before comes back as it was recorded. */
export function planRollback({ record, hub, systemctl }: RollbackRequest): Step[] {
  const stops = inOrder(record.units, hub).map((unit) => ({
    words: `stop ${unit}`,
    run: () => demand(systemctl, 'stop', unit),
  }));
  const disable = () => demand(systemctl, 'disable', '--quiet', ...record.units);
  return [
    ...stops,
    { words: `disable ${TARGET} and its daemons; their units stay`, run: disable },
    ...legacySteps(record, systemctl),
  ];
}

function inOrder(units: readonly string[], hub: string): string[] {
  const services = units.filter((unit) => unit !== TARGET);
  const place = (unit: string) => {
    if (isPathUnit(unit)) return -1; // Else it would start again what has been stopped.
    const listed = STOPPED_FIRST.indexOf(unit);
    return unit === hub ? Infinity : listed < 0 ? STOPPED_FIRST.length : listed;
  };
  // Stopping the target stops all of them at once, so it comes when there is nothing left to stop.
  return [...services.sort((one, other) => place(one) - place(other)), TARGET].filter((unit) => units.includes(unit));
}

function legacySteps({ legacy }: InstallRecord, systemctl: Systemctl): Step[] {
  if (legacy === null) return [];
  const lost = Object.entries(legacy.units).filter(([path]) => !existsSync(path));
  const { git } = legacy;
  const programs = git?.files.filter((file) => !existsSync(join(git.folder, file))) ?? [];
  const restore =
    git === null || programs.length === 0
      ? []
      : [
          {
            words: `restore ${programs.join(', ')} in ${git.folder} from commit ${git.commit.slice(0, 12)}`,
            run: () => restoreProgram({ ...git, files: programs }),
          },
        ];
  const verb = legacy.wasEnabled ? ['enable', ...(legacy.wasActive ? ['--now'] : [])] : ['start'];
  return [
    ...restore,
    ...lost.map(([path, text]) => ({ words: `write ${path}, as it was`, run: () => writeFileSafely(path, text) })),
    { words: 'have systemd read its units again', run: () => demand(systemctl, 'daemon-reload') },
    {
      words: `${verb.join(' ')} ${LEGACY_TIMER}`,
      run: () => demand(systemctl, ...verb, LEGACY_TIMER),
    },
  ];
}
