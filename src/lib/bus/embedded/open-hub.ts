import type { Clock } from '../../base/clock.js';
import { KlorosError } from '../../base/errors.js';
import type { Logger } from '../../base/log.js';
import { ownIdentity } from '../../base/process-identity.js';
import { endpointsOf, pathsOf } from '../../config/paths.js';
import type { Config } from '../../config/schema.js';
import type { DeadLetter, Standing } from '../bus.js';
import { dropBallast, takeBallast } from './ballast.js';
import { Checkpointer } from './checkpointer.js';
import { readHighWater, writeHighWater } from './high-water.js';
import { Hub } from './hub.js';
import { openJournal, type Journal } from './journal.js';
import { deadLettersOf } from './rows.js';
import { enterRole } from './roles.js';
import { retain } from './retention.js';
import { RouterDoor } from './router-door.js';
import { stoppedHolderWatch, stuckWriterReporter } from './stuck-writer.js';
import { Publisher } from './wire.js';

/** What the hub needs to run. */
export interface OpenHubOptions {
  config: Config;
  clock: Clock;
  log: Logger;
  /** The hub's daemon name. */
  name: string;
  /** Told which processes hold the journal's lock while nobody can write for seconds. */
  onStuckWriter?: ((holders: number[]) => void) | undefined;
  /** Offsets of the ports that single daemons bind. */
  ownPortOffsets: readonly number[];
  /** Told whenever something was said. */
  onSaid?: () => void;
  /** Told once a second, with the upkeep of the journal: one wake-up of an idle process for both. */
  onTick?: () => void;
}

/** A hub at work. */
export interface OpenedHub {
  /** Dead letters after a number, at most a page. */
  deadLetters(afterNumber: number): Promise<DeadLetter[]>;
  /** Number up to which dead letters have been written to their file. */
  projected(): number;
  markProjected(number: number): Promise<void>;
  resolve(number: number): Promise<boolean>;
  standing(daemon: string, signalId: string): Promise<Standing>;
  /** Consumers that have something to do, or are named as such, and have no living process. */
  due(nowMs: number, named: readonly string[]): string[];
  close(): Promise<void>;
}

const TICK_MS = 1_000;
const RETENTION_EVERY_TICKS = 600;
const HUB_ROLE = 'hub';

/**
 * Opens the journal, becomes the one hub of this home and binds the wire.
 * Throws KlorosError ALREADY_RUNNING with the other's pid, or PORT_TAKEN with the holder.
 */
export async function openHub(options: OpenHubOptions): Promise<OpenedHub> {
  const { config, log, name, onStuckWriter: tell } = options;
  const path = pathsOf(config).journal;
  const journal = openJournal(path, log, {
    stuck: stuckWriterReporter(path, { log, tell }),
    diskTrouble: () => dropBallast(path),
  });
  try {
    const owner = enterRole(journal.owners, { identity: ownIdentity(), name, role: HUB_ROLE, home: config.home });
    await resumeAboveMark(journal, log);
    const wire = await openWire(options, journal);
    const { hub } = wire;
    journal.bell.listen(() => {
      hub.pump();
      options.onSaid?.();
    });
    const upkeep = startUpkeep(options, journal, hub);
    const close = async () => {
      await upkeep.stop();
      await wire.close();
      await journal.write({ kind: 'leave', owner });
      await journal.close();
    };
    return { ...deadLetterDoor(journal), close };
  } catch (error) {
    await journal.close();
    throw error;
  }
}

function deadLetterDoor(journal: Journal): Omit<OpenedHub, 'close'> {
  return {
    deadLetters: async (after) => deadLettersOf(journal, after),
    projected: () => journal.read.meta('projected'),
    markProjected: (value) => journal.write({ kind: 'mark', key: 'projected', value }),
    resolve: async (number) => (await journal.write({ kind: 'resolve', number })) > 0,
    standing: async (daemon, signalId) => journal.read.standing(daemon, signalId),
    due: (nowMs, named) => journal.due(nowMs, named),
  };
}

async function openWire(options: OpenHubOptions, journal: Journal): Promise<{ hub: Hub; close(): Promise<void> }> {
  const { config, clock, log, name } = options;
  const endpoints = endpointsOf(config);
  const { xsub, xpub, router } = endpoints;
  const publisher = await Publisher.bound(xpub);
  const ownPorts = options.ownPortOffsets.map((offset) => endpoints.own(offset));
  const hub = new Hub({ name, journal, publisher, clock, log, xsub, ownPorts });
  const door = new RouterDoor({ endpoint: router, journal, clock, log });
  const close = async () => {
    await door.close();
    await hub.close();
    await publisher.close();
  };
  try {
    await hub.open();
    await door.open();
  } catch (error) {
    await close();
    throw error;
  }
  return { hub, close };
}

/** A WAL that was cut off took the newest signals with it: say so, and never use their positions again. */
async function resumeAboveMark(journal: Journal, log: Logger): Promise<void> {
  const mark = readHighWater(journal.path);
  const newest = await journal.write({ kind: 'resumeAbove', seq: mark });
  if (newest < mark) {
    log.error(
      { newest, mark },
      `The journal lost ${mark - newest} signals: its write-ahead log was cut off or restored from an older copy`,
    );
  }
}

function startUpkeep(options: OpenHubOptions, journal: Journal, hub: Hub): { stop(): Promise<void> } {
  const { config, clock, log, onStuckWriter: tell } = options;
  const watchHolder = stoppedHolderWatch(journal.path, { log, tell }, TICK_MS);
  const checkpointer = new Checkpointer(journal, log);
  let ticks = 0;
  let marked = 0;
  let retaining: Promise<unknown> = Promise.resolve();
  const tick = () => {
    watchHolder();
    hub.pump();
    checkpointer.tick();
    if (!takeBallast(journal.path))
      log.error(diskFull(config.home), 'The disk is nearly full: new signals are refused until there is room');
    const newest = journal.read.newest();
    if (newest > marked) writeHighWater(journal.path, (marked = newest));
    options.onTick?.();
    if (ticks++ % RETENTION_EVERY_TICKS === 0) retaining = retainOrWarn(journal, config, { clock, log });
  };
  const guarded = () => {
    try {
      tick();
    } catch (error) {
      log.error({ err: error }, 'Upkeep of the journal failed; it is tried again in a second');
    }
  };
  const timer = setInterval(guarded, TICK_MS);
  guarded();
  return {
    stop: async () => {
      clearInterval(timer);
      await retaining;
      await checkpointer.close();
    },
  };
}

async function retainOrWarn(
  journal: Journal,
  { retention }: Config,
  doors: { clock: Clock; log: Logger },
): Promise<void> {
  try {
    await retain(journal, retention, doors);
  } catch (error) {
    doors.log.warn({ err: error }, 'Old signals could not be removed; it is tried again in ten minutes');
  }
}

function diskFull(home: string): { err: KlorosError } {
  const next = [`free space on the disk of ${home}`];
  return {
    err: new KlorosError({ code: 'DISK_FULL', message: 'The reserve of the journal cannot be taken up', next }),
  };
}
