import { systemClock } from '../base/clock.js';
import type { Bus } from '../bus/bus.js';
import type { Config } from '../config/schema.js';
import { operatorLog } from './operator-log.js';

/** Joins the bus of a home for the time of one command; only warnings of the engine are shown. */
export async function withBus<T>(config: Config, use: (bus: Bus) => Promise<T>): Promise<T> {
  const { openBus } = await import('../bus/open-bus.js');
  const bus = await openBus({ config, clock: systemClock, log: operatorLog(), name: 'operator' });
  try {
    return await use(bus);
  } finally {
    await bus.close();
  }
}
