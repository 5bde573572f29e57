import { systemClock } from '../../src/lib/base/clock.js';
import { openHub } from '../../src/lib/bus/open-hub.js';
import { configSchema } from '../../src/lib/config/schema.js';
import { silentLog } from './colony.js';

/** A hub that is killed, where that is asked for, when it writes its first answer, which is after the commit. */
const [step, config] = process.argv.slice(2);
if (step === 'dies before it answers') {
  const stringify = JSON.stringify;
  JSON.stringify = ((value: { status?: string }) => {
    if (value.status === 'accepted') process.kill(process.pid, 'SIGKILL');
    return stringify(value);
  }) as typeof JSON.stringify;
}
await openHub({
  config: configSchema.parse(JSON.parse(config ?? '{}')),
  clock: systemClock,
  log: silentLog,
  name: 'chemical_bus',
  ownPortOffsets: [],
});
process.stdout.write('ready\n');
