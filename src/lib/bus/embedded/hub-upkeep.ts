import type { Clock } from '../../base/clock.js';
import { ageClock } from '../../base/seen-time.js';
import { pathsOf } from '../../config/paths.js';
import { KlorosError } from '../../base/errors.js';
import type { Logger } from '../../base/log.js';
import type { Config } from '../../config/schema.js';
import { takeBallast } from './ballast.js';
import { Checkpointer } from './checkpointer.js';
import { writeHighWater } from './high-water.js';
import type { Hub } from './hub.js';
import type { Journal } from './journal.js';
import { retain } from './retention.js';
import { stoppedHolderWatch } from './stuck-writer.js';
import { SubjectIndexer } from './subject-indexer.js';

/** What upkeep needs of the hub's surroundings. */
export interface HubUpkeepOptions {
  config: Config;
  clock: Clock;
  log: Logger;
  /** Told which processes hold the journal's lock while nobody can write for seconds. */
  onStuckWriter?: ((holders: number[]) => void) | undefined;
  /** Told once when the journal is damaged, or no longer the file at its path: nothing can be accepted any more. */
  onLost?: ((error: KlorosError) => void) | undefined;
  /** Told once a second, with the upkeep of the journal: one wake-up of an idle process for both. */
  onTick?: () => void;
}

const TICK_MS = 1_000;
const RETENTION_EVERY_TICKS = 600;
const PASS_EVERY_TICKS = 60;
/** A daemon at rest that refuses what a stranger emits all day passes over at most so much at every look. */
const PASS_BEHIND = 10_000;
const REMEMBER_EVERY_TICKS = 60;

/**
 * What keeps the journal in order, once a second in the hub alone: the WAL small, the reserve of the disk taken up, the
 * side mark written, names written down, and what is too old removed.
 */
export function startHubUpkeep(options: HubUpkeepOptions, journal: Journal, hub: Hub): { stop(): Promise<void> } {
  const { config, clock, log, onStuckWriter: tell } = options;
  const watchHolder = stoppedHolderWatch(journal.path, { log, tell }, TICK_MS);
  const checkpointer = new Checkpointer(journal, log);
  const indexer = new SubjectIndexer(journal, log);
  const ages = ageClock(pathsOf(config).seenTime, clock);
  let ticks = 0;
  let marked = 0;
  let retaining: Promise<unknown> = Promise.resolve();
  let passing: Promise<unknown> = Promise.resolve();
  const tick = () => {
    watchHolder();
    hub.pump();
    checkpointer.tick();
    if (!takeBallast(journal.path))
      log.error(diskFull(config.home), 'The disk is nearly full: new signals are refused until there is room');
    const newest = journal.read.newest();
    if (newest > marked) writeHighWater(journal.path, (marked = newest));
    indexer.tick();
    if (ticks % PASS_EVERY_TICKS === 0) passing = passOrWarn(journal, log);
    options.onTick?.();
    if (ticks % REMEMBER_EVERY_TICKS === 0) ages.keep();
    if (ticks++ % RETENTION_EVERY_TICKS === 0) retaining = retainOrWarn(journal, config, { clock: ages, log });
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
      await passing;
      await indexer.close();
      await checkpointer.close();
    },
  };
}

async function passOrWarn(journal: Journal, log: Logger): Promise<void> {
  try {
    await journal.write({ kind: 'pass', behind: PASS_BEHIND });
  } catch (error) {
    log.warn({ err: error }, 'Cursors were not moved behind what their daemons refuse; it is tried again in a minute');
  }
}

async function retainOrWarn(
  journal: Journal,
  { retention }: Config,
  doors: { clock: Pick<Clock, 'nowMs'>; log: Logger },
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
