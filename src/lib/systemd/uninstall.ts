import { existsSync } from 'node:fs';
import { readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { runCommand } from '../base/process-group.js';
import { SYSTEM_CONFIG_PATH } from './installation.js';
import { hashOf, type InstallRecord } from './record.js';
import type { Step } from './steps.js';
import { demand, type Systemctl } from './systemctl.js';

/** What is to be removed. */
export interface UninstallRequest {
  record: InstallRecord;
  recordPath: string;
  home: string;
  systemctl: Systemctl;
  /** Also everything that the colony knows, and the user that was made for it. */
  purge: boolean;
}

/** Everything that would be done to remove an installation, in order. What the colony knows stays, unless it is purged. */
export async function planUninstall(request: UninstallRequest): Promise<Step[]> {
  const { record, recordPath, home, systemctl, purge } = request;
  const files = Object.keys(record.files).filter((path) => path !== SYSTEM_CONFIG_PATH && existsSync(path));
  const units = record.units.filter((unit) => files.some((path) => basename(path) === unit));
  const stop = async () => {
    await systemctl('disable', '--now', ...units);
    await systemctl('stop', ...units); // The target does not wait for its members.
  };
  const reload = async () => {
    await demand(systemctl, 'daemon-reload');
    await systemctl('reset-failed', ...units);
  };
  return [
    ...(units.length > 0 ? [{ words: `stop and disable ${units.length} units`, run: stop }] : []),
    ...files.map((path) => ({ words: `remove ${path}`, run: () => rm(path) })),
    { words: 'have systemd read its units again', run: reload },
    ...(await configSteps(record)),
    { words: `remove ${recordPath}`, run: () => rm(recordPath, { force: true }) },
    ...(purge ? purgeSteps(home, record.madeUser) : []),
  ];
}

/** Settings that somebody changed are theirs. */
async function configSteps({ files }: InstallRecord): Promise<Step[]> {
  const hash = files[SYSTEM_CONFIG_PATH];
  if (hash === undefined || !existsSync(SYSTEM_CONFIG_PATH)) return [];
  if (hashOf(await readFile(SYSTEM_CONFIG_PATH, 'utf8')) !== hash) return [];
  const folder = dirname(SYSTEM_CONFIG_PATH);
  const run = async () => {
    await rm(SYSTEM_CONFIG_PATH);
    if ((await readdir(folder)).length === 0) await rmdir(folder);
  };
  return [{ words: `remove ${SYSTEM_CONFIG_PATH}, which nobody has changed`, run }];
}

function purgeSteps(home: string, user: string | null): Step[] {
  const remove = {
    words: `remove ${home} and everything that the colony knows`,
    run: () => rm(home, { recursive: true, force: true }),
  };
  if (user === null) return [remove];
  const run = () => runCommand('userdel', [user], { timeoutMs: 60_000 });
  return [remove, { words: `remove the user ${user}`, run }];
}
