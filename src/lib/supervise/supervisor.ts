import { statSync } from 'node:fs';
import { systemClock } from '../base/clock.js';
import { KlorosError } from '../base/errors.js';
import { flockHolders } from '../base/flock.js';
import type { LogForm, Logger } from '../base/log.js';
import { makeHome } from '../config/make-home.js';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { ActivationRequests } from './activation-requests.js';
import { ChronicleKeeper } from './chronicle-keeper.js';
import { startColony, type Colony, type Member } from './colony.js';
import { tellSupervisor } from './control-client.js';
import { alreadyRunning, openControl } from './control-server.js';
import { daemonCommand, type Program } from './daemon-command.js';
import { lockHome, supervisorOf, type HomeLock } from './home-lock.js';
import type { Transition } from './managed-process.js';

/** What a supervisor runs, and whom it tells. */
export interface SupervisorOptions {
  config: Config;
  /** Every daemon that it may be told to start. */
  members: readonly Member[];
  /** Those that it starts with. */
  chosen: readonly Member[];
  program: Program;
  env: NodeJS.ProcessEnv;
  form: LogForm;
  detached: boolean;
  log: Logger;
  onLine: (daemon: string, line: string) => void;
  onTransition: (transition: Transition) => void;
  abort: AbortSignal;
}

/** A supervisor whose daemons are ready. */
export interface Supervisor {
  colony: Colony;
  /** Shuts its door and writes the last of its chronicle. */
  close: () => Promise<void>;
}

/** Makes this process the home's one supervisor. One that is just ending lets go in a moment. Throws ALREADY_RUNNING. */
async function becomeSupervisor(home: string, control: string): Promise<HomeLock> {
  makeHome(home);
  const lock = await lockHome(home);
  if (lock !== undefined) return lock;
  const other = await tellSupervisor(control, { do: 'status', names: [] });
  if (other !== undefined) throw alreadyRunning(home, `process ${other.pid} answers at ${control}`);
  const freed = await lockHome(home);
  if (freed !== undefined) return freed;
  if (supervisorOf(home) === undefined) throw lockedByStranger(home);
  throw alreadyRunning(home, 'another process has the lock of its folder');
}

function lockedByStranger(home: string): KlorosError {
  const [pid] = flockHolders(statSync(home).ino).map((holder) => holder.pid);
  return new KlorosError({
    code: 'HOME_LOCKED',
    message: `The home ${home} cannot be supervised`,
    why: `process ${pid ?? 'unknown'} of another user has locked its folder, which everybody may open`,
    next: [`close it to others: chmod o-rwx ${home}`, `and have that process ended: ps -fp ${pid ?? 'PID'}`],
  });
}

/** Starts the daemons of a home and keeps them alive. Throws ALREADY_RUNNING, or why a daemon cannot start. */
export async function startSupervisor(options: SupervisorOptions): Promise<Supervisor> {
  const { config, members, chosen, program, env, form, detached, log } = options;
  const paths = pathsOf(config);
  const lock = await becomeSupervisor(config.home, paths.control);
  let colony: Colony | undefined; // None yet for whoever asks meanwhile.
  const door = { path: paths.control, home: config.home, detached, members, colony: () => colony };
  const control = await openControl(door).catch((error: unknown) => {
    lock.release();
    throw error;
  });
  const chronicle = await ChronicleKeeper.open({ path: paths.chronicle, members: chosen, clock: systemClock, log });
  try {
    colony = await startColony({
      members: chosen,
      commandOf: daemonCommand(program, { home: config.home, form, env }),
      clock: systemClock,
      random: Math.random,
      onLine: options.onLine,
      onTransition: (transition) => {
        chronicle.note(transition);
        options.onTransition(transition);
      },
      abort: options.abort,
    });
  } catch (error) {
    await control.close();
    lock.release();
    throw error;
  }
  await chronicle.begin();
  const requests = new ActivationRequests({ folder: paths.wake, wake: colony.wake.bind(colony), log });
  const close = async () => {
    requests.close();
    await control.close();
    await chronicle.close();
    lock.release();
  };
  return { colony, close };
}
