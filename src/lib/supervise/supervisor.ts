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
  chronicle.begin();
  const close = async () => {
    await control.close();
    await chronicle.close();
  };
  return { colony, close };
}
