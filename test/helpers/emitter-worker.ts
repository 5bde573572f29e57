import { systemClock } from '../../src/lib/base/clock.js';
import { openBus } from '../../src/lib/bus/open-bus.js';
import { configSchema } from '../../src/lib/config/schema.js';
import { silentLog } from './colony.js';
import { signalOf } from './signals.js';

/** Emits so many signals, says so, and stays until it is killed. */
const [config = '{}', count = '0'] = process.argv.slice(2);
const bus = await openBus({
  config: configSchema.parse(JSON.parse(config)),
  clock: systemClock,
  log: silentLog,
  name: 'emitter',
});
for (let n = 0; n < Number(count); n += 1) await bus.emit([signalOf('Q_A', { n })]);
process.send?.('emitted');
