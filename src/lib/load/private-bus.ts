import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.js';
import { freePortBase } from '../base/free-ports.js';
import type { Logger } from '../base/log.js';
import type { Bus } from '../bus/bus.js';
import { openBus } from '../bus/open-bus.js';
import { loadConfig } from '../config/load.js';
import { PORT_COUNT } from '../config/paths.js';
import { startColony, type Colony, type Member } from '../supervise/colony.js';
import { daemonCommand, type Program } from '../supervise/daemon-command.js';
import { withoutSettings, writeOwnConfig } from '../supervise/own-surroundings.js';
import { startHandler, type Handler } from './handler.js';

/** Where a private bus is made, and of what. */
export interface PrivateBusOptions {
  /** Folder on the disk that is measured; everything is in a folder of its own there. */
  beside: string;
  program: Program;
  hub: Member;
  env: NodeJS.ProcessEnv;
  clock: Clock;
  log: Logger;
  random: () => number;
  abort: AbortSignal;
}

/** The real hub, a handler and this process, on a bus that nobody else meets. */
export interface PrivateBus {
  bus: Bus;
  handler: Handler;
}

const HOST = '127.0.0.1';

/** Starts it, lets it be used, and takes all of it away again, however that ended. */
export async function withPrivateBus<T>(options: PrivateBusOptions, use: (bus: PrivateBus) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(options.beside, '.bench-'));
  const ends: (() => Promise<void>)[] = [() => rm(home, { recursive: true, force: true, maxRetries: 3 })];
  try {
    return await use(await start(home, options, (end) => void ends.unshift(end)));
  } finally {
    for (const end of ends) await end();
  }
}

async function start(
  home: string,
  options: PrivateBusOptions,
  later: (end: () => Promise<void>) => void,
): Promise<PrivateBus> {
  const { clock, log, random, abort } = options;
  const env = withoutSettings(options.env);
  await writeOwnConfig({ home, host: HOST, portBase: await freePortBase({ host: HOST, count: PORT_COUNT, random }) });
  const hub = await startHub(home, { ...options, env });
  later(() => hub.stop());
  abort.throwIfAborted();
  const { config } = await loadConfig({ env, cwd: home, flags: { home } });
  const handler = await startHandler(home, env);
  later(() => handler.stop());
  const bus = await openBus({ config, clock, log, name: 'bench' });
  later(() => bus.close());
  abort.throwIfAborted();
  return { bus, handler };
}

function startHub(home: string, { program, hub, env, clock, random, abort }: PrivateBusOptions): Promise<Colony> {
  const commandOf = daemonCommand(program, { home, form: 'json', env, cwd: home });
  const silent = () => undefined;
  return startColony({
    ...{ members: [hub], commandOf, clock, random, abort },
    ...{ onLine: silent, onTransition: silent },
  });
}
