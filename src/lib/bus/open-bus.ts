import type { Clock } from '../base/clock.js';
import type { KlorosError } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { ownIdentity } from '../base/process-identity.js';
import { endpointsOf, ownEndpointOf, pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import type { Bus } from './bus.js';
import { dropBallast } from './embedded/ballast.js';
import { labelOf } from './embedded/bind-endpoint.js';
import { EmbeddedBus } from './embedded/embedded-bus.js';
import { openJournal } from './embedded/journal.js';
import { abandon, enterRole } from './embedded/roles.js';
import { stuckWriterReporter } from './embedded/stuck-writer.js';
import { WireGuard } from './embedded/wire-guard.js';
import { Publisher, Waker } from './embedded/wire.js';

/** What a process needs to join the bus. */
export interface OpenBusOptions {
  config: Config;
  clock: Clock;
  log: Logger;
  /** Daemon or command, for operators. */
  name: string;
  /** Only one live process of this home may have it, e.g. `daemon:intent_router`. */
  role?: string;
  /** Told which processes hold the journal's lock while nobody can write for seconds. */
  onStuckWriter?: ((holders: number[]) => void) | undefined;
  /** Told once when the journal is damaged, or no longer the file at its path: nothing can be accepted any more. */
  onLost?: ((error: KlorosError) => void) | undefined;
  /** Offset of a port of its own, where direct subscribers hear this process alone. */
  portOffset?: number;
}

/** Joins the bus of a home. Throws KlorosError ALREADY_RUNNING, PORT_TAKEN, JOURNAL_NOT_WRITABLE and its like. */
export async function openBus(options: OpenBusOptions): Promise<Bus> {
  const { config, clock, log, name, portOffset, onStuckWriter: tell, onLost } = options;
  const { journal: path } = pathsOf(config);
  const endpoints = endpointsOf(config);
  const journal = await openJournal(path, log, {
    stuck: stuckWriterReporter(path, { log, tell }),
    diskTrouble: () => dropBallast(path),
    lost: (error) => onLost?.(error),
  });
  let owner: number | undefined;
  try {
    owner = await enterRole(journal.owners, {
      identity: ownIdentity(),
      name,
      role: options.role ?? null,
      home: config.home,
      nowMs: clock.nowMs(),
    });
    const own = ownEndpointOf(config, portOffset);
    const { publisher, guard } = await openPublisher(options, own);
    const { leaseMs, pollMs } = config.delivery;
    const isRung = journal.bell.listen(() => bus.wake());
    // Nothing from outside is listened to where the journal's own notifier works.
    const waker = isRung ? undefined : new Waker(endpoints.xpub, () => bus.wake());
    const parts = { journal, publisher, guard, waker, clock, leaseMs, pollMs, owner, ownPort: own !== undefined };
    const bus: EmbeddedBus = new EmbeddedBus(parts);
    return bus;
  } catch (error) {
    await abandon(journal, owner);
    throw error;
  }
}

/** A process with a port of its own watches what subscribers do there. */
async function openPublisher(
  { config, clock, log, name }: OpenBusOptions,
  own: string | undefined,
): Promise<{ publisher: Publisher; guard?: WireGuard }> {
  if (own === undefined) return { publisher: Publisher.connected(endpointsOf(config).xsub) };
  const guard = new WireGuard({ daemon: name, folder: pathsOf(config).wire, clock, log });
  try {
    return { publisher: await Publisher.bound({ endpoint: own, label: labelOf(own), log, guard }), guard };
  } catch (error) {
    await guard.close();
    throw error;
  }
}
