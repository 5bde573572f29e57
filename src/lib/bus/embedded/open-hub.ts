import { closeAll } from '../../base/close-all.js';
import type { Logger } from '../../base/log.js';
import { ownIdentity } from '../../base/process-identity.js';
import { pathsOf } from '../../config/paths.js';
import type { DeadLetter, Standing } from '../bus.js';
import { dropBallast } from './ballast.js';
import { readHighWater } from './high-water.js';
import { openHubWire } from './hub-wire.js';
import { startHubUpkeep, type HubUpkeepOptions } from './hub-upkeep.js';
import { openJournal, type Journal } from './journal.js';
import { refuseKnownDamage } from './known-damage.js';
import { deadLettersOf } from './rows.js';
import { abandon, enterRole } from './roles.js';
import { stuckWriterReporter } from './stuck-writer.js';

/** What the hub needs to run. */
export interface OpenHubOptions extends HubUpkeepOptions {
  /** The hub's daemon name. */
  name: string;
  /** Offsets of the ports that single daemons bind. */
  ownPortOffsets: readonly number[];
  /** Told whenever something was said. */
  onSaid?: () => void;
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

const HUB_ROLE = 'hub';

/**
 * Opens the journal, becomes the one hub of this home and binds the wire.
 * Throws KlorosError ALREADY_RUNNING with the other's pid, or PORT_TAKEN with the holder.
 */
export async function openHub(options: OpenHubOptions): Promise<OpenedHub> {
  const { config, clock, log, name, onStuckWriter: tell } = options;
  const path = pathsOf(config).journal;
  refuseKnownDamage(path, config.health.journalWholeBytes);
  const journal = await openJournal(path, log, {
    stuck: stuckWriterReporter(path, { log, tell }),
    diskTrouble: () => dropBallast(path),
    lost: (error) => options.onLost?.(error),
  });
  let entered: number | undefined;
  try {
    const owner = (entered = await enterRole(journal.owners, {
      identity: ownIdentity(),
      name,
      role: HUB_ROLE,
      home: config.home,
      nowMs: clock.nowMs(),
    }));
    await resumeAboveMark(journal, log);
    const wire = await openHubWire(options, journal);
    const { hub } = wire;
    journal.bell.listen(() => {
      hub.pump();
      options.onSaid?.();
    });
    const onTick = () => {
      wire.tick();
      options.onTick?.();
    };
    const upkeep = startHubUpkeep({ ...options, onTick }, journal, hub);
    const close = async () => {
      await closeAll([
        () => upkeep.stop(),
        () => wire.close(),
        () => journal.write({ kind: 'leave', owner }).catch(() => undefined), // Who is gone is seen to be gone.
        () => journal.close(),
      ]);
    };
    return { ...deadLetterDoor(journal), close };
  } catch (error) {
    await abandon(journal, entered);
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
