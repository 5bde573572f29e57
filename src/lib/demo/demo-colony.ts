import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.js';
import { createLog } from '../base/log.js';
import type { Bus } from '../bus/bus.js';
import { openBus } from '../bus/open-bus.js';
import { pathsOf } from '../config/paths.js';
import { startColony, type Colony, type ColonyOptions, type Member } from '../supervise/colony.js';
import { daemonCommand, type Program } from '../supervise/daemon-command.js';
import type { Sandbox } from './sandbox.js';

/** What starting needs beside the sandbox. */
export interface DemoColonyOptions {
  program: Program;
  members: readonly Member[];
  clock: Clock;
  random: () => number;
  onTransition: ColonyOptions['onTransition'];
  abort: AbortSignal;
}

/** A colony of real processes in a sandbox, and a place on its bus. */
export interface DemoColony {
  colony: Colony;
  bus: Bus;
  /** Where the lines of its daemons are. */
  logPath: string;
  /** However often it is called. */
  stop(): Promise<void>;
}

/** Starts the daemons of a sandbox and joins their bus; resolves when all are ready. */
export async function startDemoColony(sandbox: Sandbox, options: DemoColonyOptions): Promise<DemoColony> {
  const { config, env } = sandbox;
  const { program, members, clock, random, onTransition, abort } = options;
  await mkdir(pathsOf(config).intents, { recursive: true });
  const logPath = join(config.home, 'colony.log');
  const file = createWriteStream(logPath);
  const write = (name: string, line: string) => void file.write(`${line.includes(name) ? '' : `[${name}] `}${line}\n`);
  const commandOf = daemonCommand(program, { home: config.home, form: 'pretty', env, cwd: config.home });
  try {
    const colony = await startColony({ members, commandOf, clock, random, onLine: write, onTransition, abort });
    const log = createLog({ daemon: 'demo', form: 'pretty', level: 'warn', write: (line) => void file.write(line) });
    const bus = await openBus({ config, clock, log, name: 'demo' }).catch(stopAndThrow(colony));
    let stopping: Promise<void> | undefined;
    return { colony, bus, logPath, stop: () => (stopping ??= stopAll(colony, bus, file)) };
  } catch (error) {
    file.end();
    throw error;
  }
}

function stopAndThrow(colony: Colony): (error: unknown) => Promise<never> {
  return async (error) => {
    await colony.stop();
    throw error;
  };
}

async function stopAll(colony: Colony, bus: Bus, file: WriteStream): Promise<void> {
  await bus.close();
  await colony.stop();
  await new Promise<void>((resolve) => file.end(resolve));
}
