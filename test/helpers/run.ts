import { chemicalBus } from '../../src/daemons/chemical-bus.js';
import { systemClock } from '../../src/lib/base/clock.js';
import type { Bus } from '../../src/lib/bus/bus.js';
import { openBus } from '../../src/lib/bus/open-bus.js';
import type { Config } from '../../src/lib/config/schema.js';
import type { AnyDaemon } from '../../src/lib/runtime/define-daemon.js';
import { runDaemon, type RunningDaemon } from '../../src/lib/runtime/run-daemon.js';
import type { RunOptions } from '../../src/lib/runtime/run-options.js';
import { removeHome, silentLog, temporaryConfig } from './colony.js';

/** A colony in this process: a hub, an onlooker's bus, and whatever a test starts. */
export interface TestColony {
  config: Config;
  bus: Bus;
  start(definition: AnyDaemon, options?: Pick<RunOptions, 'instance' | 'keeper'>): Promise<RunningDaemon>;
  /** Ends its processes and leaves its home. */
  leave(): Promise<void>;
  end(): Promise<void>;
}

/** Starts a colony in a temporary home on free ports. */
export async function startColony(overrides: Record<string, unknown> = {}): Promise<TestColony> {
  const config = await temporaryConfig(overrides);
  const running: RunningDaemon[] = [];
  const start = async (definition: AnyDaemon, options: Pick<RunOptions, 'instance' | 'keeper'> = {}) => {
    const daemon = await runDaemon(definition, {
      config,
      clock: systemClock,
      log: silentLog,
      random: Math.random,
      ...options,
    });
    running.unshift(daemon);
    return daemon;
  };
  await start(chemicalBus);
  const bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'onlooker' });
  const leave = async () => {
    await bus.close();
    for (const daemon of running) await daemon.stop();
  };
  const end = async () => {
    await leave();
    removeHome(config);
  };
  return { config, bus, start, leave, end };
}
