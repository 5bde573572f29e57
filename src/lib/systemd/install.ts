import { chown, mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { existsSync } from 'node:fs';
import { writeFileSafely } from '../base/atomic-file.js';
import { isoTimestamp, type Clock } from '../base/clock.js';
import { runCommand } from '../base/process-group.js';
import { pathsOf } from '../config/paths.js';
import { accountOf } from './account.js';
import { differs, type Drift, type FileDrift } from './drift.js';
import { lookAtInstallation, SYSTEM_CONFIG_PATH, type Installation, type InstallationRequest } from './installation.js';
import type { Layout } from './layout.js';
import { findLegacy, LEGACY_SERVICE, LEGACY_TIMER } from './legacy.js';
import { POLKIT_RULE_PATH } from './polkit.js';
import { hashOf, writeRecord, type InstallRecord, type Legacy } from './record.js';
import { showUnits } from './show.js';
import { startSteps } from './start.js';
import type { Step } from './steps.js';
import { systemConfigText } from './system-config.js';
import { demand, type Systemctl } from './systemctl.js';
import { TARGET } from './unit-names.js';

/** What an installation needs besides. */
export interface InstallRequest extends InstallationRequest {
  systemctl: Systemctl;
  clock: Clock;
  /** Of this kloros. */
  version: string;
  /** Starts the colony, and restarts what changed and runs. */
  startNow: boolean;
  /** Restarts all that run, changed or not. */
  restart: boolean;
}

interface Draft {
  record: InstallRecord;
  steps: Step[];
}

/** Everything that an installation would do now, in order; nothing where all is as it should be. */
export async function planInstall(request: InstallRequest): Promise<Step[]> {
  const found = await lookAtInstallation(request);
  const draft: Draft = { record: emptyRecord(request, found), steps: [] };
  await addAccount(draft, request.layout);
  addHome(draft, request.layout);
  addConfig(draft, request.layout);
  for (const file of found.drift) addFile(draft, file, request);
  await addLegacy(draft, request.systemctl);
  await addUnits(draft, request, found);
  if (draft.steps.length > 0)
    draft.steps.push({
      words: `write down what was done in ${found.recordPath}`,
      run: () => writeRecord(found.recordPath, draft.record),
    });
  return [...draft.steps, ...(request.startNow ? await startSteps({ ...request, record: draft.record }, found) : [])];
}

function emptyRecord(
  { layout, clock, version }: InstallRequest,
  { record, units, drift, chosen }: Installation,
): InstallRecord {
  const files = drift.filter(({ drift: kind }) => kind !== 'stale').map(({ path, after }) => [path, hashOf(after)]);
  const config = record?.files[SYSTEM_CONFIG_PATH];
  return {
    scope: layout.scope,
    installedAt: isoTimestamp(clock.nowMs()),
    version: record === undefined ? version : record.version,
    files: {
      ...(Object.fromEntries(files) as Record<string, string>),
      ...(config === undefined ? {} : { [SYSTEM_CONFIG_PATH]: config }),
    },
    units,
    chosen,
    madeUser: record?.madeUser ?? null,
    legacy: record?.legacy ?? null,
  };
}

async function addAccount({ record, steps }: Draft, { user, home }: Layout): Promise<void> {
  if (user === null || (await accountOf(user)) !== undefined) return;
  record.madeUser = user;
  const args = [
    '--system',
    '--user-group',
    '--home-dir',
    home,
    '--no-create-home',
    '--shell',
    '/usr/sbin/nologin',
    user,
  ];
  steps.push({
    words: `make the user ${user} and the group ${user}, whose members operate the colony`,
    run: () => must('useradd', args),
  });
}

async function must(command: string, args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await runCommand(command, args, { timeoutMs: 60_000 });
  if (exitCode !== 0) throw new Error(`${command} failed: ${stderr.trim()}`);
}

/** The group may work in it, and what is made in it keeps the group. */
const HOME_MODE = 0o2770;

function addHome({ steps }: Draft, { user, home, scope }: Layout): void {
  if (existsSync(home)) return;
  const make = async () => {
    await mkdir(home, { recursive: true, mode: scope === 'user' ? 0o700 : HOME_MODE });
    const account = user === null ? undefined : await accountOf(user);
    if (account === undefined) return;
    await chown(home, account.uid, account.gid);
    await must('chmod', ['2770', home]); // The umask took the group's right to write.
  };
  steps.push({ words: `make the folder ${home}`, run: make });
}

function addConfig({ record, steps }: Draft, layout: Layout): void {
  if (layout.scope !== 'system' || existsSync(SYSTEM_CONFIG_PATH)) return;
  const text = systemConfigText(layout);
  record.files[SYSTEM_CONFIG_PATH] = hashOf(text);
  steps.push({
    words: `write ${SYSTEM_CONFIG_PATH}, the settings`,
    run: () => writeFileSafely(SYSTEM_CONFIG_PATH, text),
  });
}

const WORDS: Record<Exclude<Drift, 'same' | 'unseen'>, (path: string) => string> = {
  new: (path) => `write ${path}`,
  missing: (path) => `write ${path}, which was removed`,
  outdated: (path) => `replace ${path}, which an earlier installation wrote`,
  edited: (path) => `replace ${path}, which was edited by hand (a copy is kept in the backups)`,
  foreign: (path) => `replace ${path}, which kloros did not write (a copy is kept in the backups)`,
  stale: (path) => `remove ${path}, which is no longer needed`,
};

function addFile({ steps }: Draft, file: FileDrift, { config, systemctl }: InstallRequest): void {
  if (file.drift === 'same' || file.drift === 'unseen') return;
  const { path, before, after, drift } = file;
  const copy = join(pathsOf(config).backups, 'systemd', `${basename(path)}.${hashOf(before).slice(0, 8)}`);
  const run = async () => {
    if (drift === 'edited' || drift === 'foreign') await writeFileSafely(copy, before);
    if (drift !== 'stale') return writeFileSafely(path, after);
    if (path !== POLKIT_RULE_PATH) await systemctl('disable', '--now', basename(path));
    await rm(path);
  };
  steps.push({ words: WORDS[drift](path), run });
}

/** A timer that is already off is left as it is, and what an earlier installation wrote down of it stays true. */
async function addLegacy({ record, steps }: Draft, systemctl: Systemctl): Promise<void> {
  const legacy: Legacy | undefined = await findLegacy(systemctl);
  if (legacy === undefined || !(legacy.wasActive || legacy.wasEnabled)) return;
  record.legacy = legacy;
  const run = async () => {
    await demand(systemctl, 'disable', '--now', LEGACY_TIMER);
    await systemctl('stop', LEGACY_SERVICE);
  };
  steps.push({
    words: `stop and disable ${LEGACY_TIMER}, which the colony replaces; kloros systemd rollback brings it back`,
    run,
  });
}

async function addUnits(
  { steps }: Draft,
  { systemctl }: InstallRequest,
  { units, drift }: Installation,
): Promise<void> {
  const changed = drift.some(differs);
  const shown = await showUnits(systemctl, units);
  const disabled = units.filter((_, index) => shown[index]?.['UnitFileState'] !== 'enabled');
  if (changed)
    steps.push({
      words: 'have systemd read its units again',
      run: () => demand(systemctl, 'daemon-reload'),
    });
  if (disabled.length === 0) return;
  const what = disabled.length === units.length ? `${TARGET} and its ${units.length - 1} units` : disabled.join(', ');
  steps.push({
    words: `enable ${what}, so that they start with the machine`,
    run: () => demand(systemctl, 'enable', '--quiet', ...disabled),
  });
}
