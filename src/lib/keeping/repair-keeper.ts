import { setTimeout as sleep } from 'node:timers/promises';
import { KlorosError, toError } from '../base/errors.js';
import { signalProcess, type ProcessIdentity } from '../base/process-identity.js';
import { openObserver } from '../bus/open-observer.js';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { readRecord, type InstallRecord } from '../systemd/record.js';
import { systemctlOf } from '../systemd/systemctl.js';
import { unitOf } from '../systemd/unit-names.js';
import { unitStates } from '../systemd/unit-states.js';
import { upKeeper } from './up-keeper.js';

/** What a repair needs to know of whoever keeps the daemons of a home. */
export interface RepairKeeperOptions {
  config: Config;
  daemons: readonly { name: string; role?: 'hub' }[];
  env: NodeJS.ProcessEnv;
  /** Nobody would start it again. */
  cannotRestart: (daemon: string) => KlorosError;
}

const LOOK_EVERY_MS = 100;
/** Who does not end when told to is ended by force. */
const FORCE_AFTER_MS = 10_000;
/** RestartSec= of the units, and the time that a start may take. */
const BACK_WITHIN_MS = 45_000;

/**
 * Restarts as a daemon may: it tells the supervisor of its home, or ends a process that systemd starts again. It never
 * starts a supervisor, and asks systemd for nothing that needs a right of its own.
 */
export function repairKeeper(options: RepairKeeperOptions) {
  const { config, daemons, cannotRestart } = options;
  const names = daemons.map(({ name }) => name);
  return {
    daemons,
    restarts: async () => {
      const kept = await upKeeper(pathsOf(config));
      if (kept !== undefined) return kept.look(names);
      const record = await readRecord(pathsOf(config).systemd);
      return record === undefined ? [] : unitRestarts(record, options);
    },
    restart: async (daemon: string, abort: AbortSignal): Promise<string> => {
      const kept = await upKeeper(pathsOf(config));
      const standing = (await kept?.look([daemon]))?.[0];
      if (kept !== undefined && standing?.keeper !== 'nobody') {
        await kept.restart([daemon]);
        return 'kloros up';
      }
      const record = await readRecord(pathsOf(config).systemd);
      if (record?.units.includes(unitOf(daemon)) !== true) throw cannotRestart(daemon);
      await endForSystemd(daemon, { ...options, record, abort });
      return `systemd (${record.scope})`;
    },
  };
}

async function unitRestarts({ scope }: InstallRecord, { daemons, env }: RepairKeeperOptions) {
  const names = daemons.map(({ name }) => name);
  const states = await unitStates(systemctlOf(scope, env), scope, names);
  return states.map(({ daemon: name, state, restarts }) => ({ name, restarts: state === 'absent' ? null : restarts }));
}

interface Ending extends RepairKeeperOptions {
  record: InstallRecord;
  abort: AbortSignal;
}

/** Ends the process in order, by force where it does not, and waits for the one that its unit starts. */
async function endForSystemd(daemon: string, ending: Ending): Promise<void> {
  await requireRestart(daemon, ending);
  const before = processOf(daemon, ending);
  if (before === undefined) throw notBack(daemon, 'it has no process that could be ended');
  signal(before, 'SIGTERM');
  signal(before, 'SIGCONT'); // Who is stopped hears the other only then.
  for (let waitedMs = 0; signal(before, 0); waitedMs += LOOK_EVERY_MS) {
    if (waitedMs >= FORCE_AFTER_MS) signal(before, 'SIGKILL');
    await sleep(LOOK_EVERY_MS, undefined, { signal: ending.abort });
  }
  for (let waitedMs = 0; waitedMs < BACK_WITHIN_MS; waitedMs += LOOK_EVERY_MS) {
    const now = processOf(daemon, ending);
    if (now !== undefined && now.pid !== before.pid) return;
    await sleep(LOOK_EVERY_MS, undefined, { signal: ending.abort });
  }
  throw notBack(daemon, `it was ended, and not started again within ${BACK_WITHIN_MS / 1000} s`);
}

/** An edited unit may not bring back who ended in order; a systemd that does not answer has the units as they were installed. */
async function requireRestart(daemon: string, { record, env }: Ending): Promise<void> {
  const unit = unitOf(daemon);
  const policy = await systemctlOf(record.scope, env)('show', '--property=Restart', '--value', unit).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
  if (policy !== '' && policy !== 'always')
    throw notBack(daemon, `its unit ${unit} has Restart=${policy}, and would not bring it back`);
}

function processOf(daemon: string, { config }: Ending): ProcessIdentity | undefined {
  const observer = openObserver(config);
  try {
    return observer.attendants().find(({ name }) => name === daemon);
  } finally {
    observer.close();
  }
}

function signal(one: ProcessIdentity, name: NodeJS.Signals | 0): boolean {
  try {
    return signalProcess(one, name);
  } catch (error) {
    throw notBack(`process ${one.pid}`, toError(error).message);
  }
}

function notBack(daemon: string, why: string): KlorosError {
  return new KlorosError({ code: 'NOT_RESTARTED', message: `${daemon} was not restarted`, why });
}
