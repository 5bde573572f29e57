import { mkdirSync, watch, type FSWatcher } from 'node:fs';
import { systemClock } from '../base/clock.js';
import type { LogForm, Logger } from '../base/log.js';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { ChronicleKeeper } from './chronicle-keeper.js';
import { startColony, type Colony, type Member } from './colony.js';
import { openControl } from './control-server.js';
import { daemonCommand, type Program } from './daemon-command.js';
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

/** The hub writes a file for who has something to do and no process, again and again until it has one. */
function watchWishes(folder: string, colony: Colony): FSWatcher {
  mkdirSync(folder, { recursive: true });
  // The folder may go with its home: then there is nobody to be started either.
  return watch(folder, (_event, name) => colony.wake(name ?? '')).on('error', () => undefined);
}

/** Starts the daemons of a home and keeps them alive. Throws ALREADY_RUNNING, or why a daemon cannot start. */
export async function startSupervisor(options: SupervisorOptions): Promise<Supervisor> {
  const { config, members, chosen, program, env, form, detached, log } = options;
  const paths = pathsOf(config);
  let colony: Colony | undefined;
  const control = await openControl({
    path: paths.control,
    home: config.home,
    detached,
    members,
    colony: () => colony,
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
    throw error;
  }
  await chronicle.begin();
  const wishes = watchWishes(paths.wake, colony);
  const close = async () => {
    wishes.close();
    await control.close();
    await chronicle.close();
  };
  return { colony, close };
}
