import { openHub } from '../bus/open-hub.js';
import { OWN_PORT_OFFSETS, pathsOf } from '../config/paths.js';
import { QueueUpkeep } from '../dead-letter/upkeep.js';
import type { AnyDaemon } from './define-daemon.js';
import type { RunningDaemon, RunOptions } from './run-options.js';

const PROJECT_EVERY_MS = 500;

/** Runs the hub of the bus, which also keeps failed_signals.jsonl in step with the journal. */
export async function runHub({ name }: AnyDaemon, options: RunOptions): Promise<RunningDaemon> {
  const { config, clock, log } = options;
  const hub = await openHub({ config, clock, log, name, ownPortOffsets: OWN_PORT_OFFSETS });
  const queue = new QueueUpkeep({ journal: hub, paths: pathsOf(config), clock, log, dlq: config.dlq });
  const timer = setInterval(() => void queue.run(), PROJECT_EVERY_MS);
  let stopped = () => undefined as void;
  const done = new Promise<void>((resolve) => (stopped = resolve));
  const stop = async () => {
    clearInterval(timer);
    await queue.run();
    await hub.close();
    stopped();
  };
  let stopping: Promise<void> | undefined;
  return { stop: () => (stopping ??= stop()), done };
}
