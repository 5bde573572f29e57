import { pathsOf } from '../../config/paths.js';
import type { Drift, FileDrift } from '../../systemd/drift.js';
import { lookAtInstallation } from '../../systemd/installation.js';
import { machineLayout } from '../../systemd/machine-layout.js';
import { readRecord } from '../../systemd/record.js';
import type { DoctorCheck, DoctorView, DoctorFinding } from '../finding.js';

/** Who changed a unit, and in which words; how else it may differ is no matter of an installation that is there. */
const WORDS: Partial<Record<Drift, string>> = {
  edited: 'was edited since it was installed',
  missing: 'was installed and is gone',
  outdated: 'is as it was installed, and kloros or its settings have changed since',
};

/** Units that are no longer those that would be installed. */
export const units: DoctorCheck = {
  name: 'units',
  asks: 'whether the units of systemd are those that would be installed',
  codes: ['UNIT_DRIFTED'],
  look: async (view) => {
    const record = await readRecord(pathsOf(view.config).systemd);
    if (record === undefined) return [];
    const { drift } = await installation(view, record.scope);
    return drift.flatMap(({ path, drift: how }: FileDrift): DoctorFinding[] => {
      const words = WORDS[how];
      if (words === undefined) return [];
      return [
        {
          code: 'UNIT_DRIFTED',
          level: 'warning',
          what: `${path} ${words}`,
          why: 'the daemon runs otherwise than this version of kloros means it to',
          next: [`kloros systemd diff --${record.scope}`, `kloros systemd install --${record.scope}`],
        },
      ];
    });
  },
};

async function installation({ config, env, cwd, execPath, root, members }: DoctorView, scope: 'system' | 'user') {
  const where = { scope, env, cwd, execPath, root, home: config.home, runAs: 'kloros' };
  const { layout } = await machineLayout(where);
  return lookAtInstallation({ layout, config, env, daemons: members });
}
