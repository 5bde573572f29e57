import { openHub } from '../bus/open-hub.js';
import { OWN_PORT_OFFSETS, pathsOf } from '../config/paths.js';
import { QueueUpkeep } from '../dead-letter/upkeep.js';
import { removeFinished } from '../maintenance/mode.js';
import { closeAll } from '../base/close-all.js';
import { Alarms } from '../base/alarms.js';
import { momentOf } from '../base/clock-step.js';
import { ageClock } from '../base/seen-time.js';
import type { AnyDaemon } from './define-daemon.js';
import { endedByLoss, journalLoss } from './journal-loss.js';
import { Leftovers } from './leftovers.js';
import { Pulse } from './pulse.js';
import { WakeFiles } from './wake-files.js';
import type { RunningDaemon, RunOptions } from './run-options.js';

/** A clean-up of a long queue takes its time. */
const PATIENCE_MS = 120_000;
/** A tick is a second. */
const SWEEP_EVERY_TICKS = 60;

/** Runs the hub of the bus, which also keeps failed_signals.jsonl in step with the journal. */
export async function runHub({ name }: AnyDaemon, options: RunOptions): Promise<RunningDaemon> {
  const { config, clock, log, onStuckWriter } = options;
  let [heard, ticked] = [() => undefined as void, () => undefined as void];
  const loss = journalLoss();
  const calls = { onSaid: () => heard(), onTick: () => ticked(), onLost: loss.tell };
  const hub = await openHub({ config, clock, log, name, onStuckWriter, ownPortOffsets: OWN_PORT_OFFSETS, ...calls });
  const ages = ageClock(pathsOf(config).seenTime, clock);
  const queue = new QueueUpkeep({ journal: hub, paths: pathsOf(config), clock, ages, log, dlq: config.dlq });
  const pulse = new Pulse({ clock, patienceMs: PATIENCE_MS, idleWords: 'Carries signals' });
  const { maintenance, wake: folder, rest } = pathsOf(config);
  const alarms = new Alarms(rest);
  const due = (nowMs: number) => hub.due(nowMs, alarms.due(momentOf(clock)));
  const wake = new WakeFiles({ due, folder, maintenancePath: maintenance, clock, log });
  const leftovers = new Leftovers({ config, clock, log });
  let ticks = 0;
  const endMaintenance = async () => {
    try {
      if (await removeFinished(maintenance, clock)) log.info('Maintenance is over, as it was announced');
    } catch (error) {
      log.warn({ err: error }, 'Maintenance is over, and its file cannot be removed');
    }
  };
  heard = () => wake.look();
  ticked = () => {
    // It reads the journal: where that stands still, so does the hub.
    void queue.run().then(() => pulse.turn(0));
    void endMaintenance();
    if (ticks++ % SWEEP_EVERY_TICKS === 0) void leftovers.sweep();
    wake.look(); // What waited for its time, and what was said when nobody rang.
  };
  let stopped = () => undefined as void;
  const done = new Promise<void>((resolve) => (stopped = resolve));
  const stop = async () => {
    ticked = () => undefined;
    wake.close();
    await closeAll([() => queue.run(), () => hub.close(), stopped]);
  };
  let stopping: Promise<void> | undefined;
  const stopOnce = () => (stopping ??= stop());
  const never = { restingMs: () => 0, stays: async () => true };
  return endedByLoss({ stop: stopOnce, rest: stopOnce, done, vitals: () => pulse.vitals(), ...never }, loss);
}
