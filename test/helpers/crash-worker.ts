import { systemClock } from '../../src/lib/base/clock.js';
import { openBus } from '../../src/lib/bus/open-bus.js';
import { configSchema } from '../../src/lib/config/schema.js';
import { silentLog } from './colony.js';
import { chained, done } from './signals.js';

/** Handles one signal and dies with SIGKILL at the named step. */
const [step, config] = process.argv.slice(2);
const die = () => process.kill(process.pid, 'SIGKILL');

const bus = await openBus({
  config: configSchema.parse(JSON.parse(config ?? '{}')),
  clock: systemClock,
  log: silentLog,
  name: 'worker',
});
const consumer = await bus.consumer({
  name: 'worker',
  hears: ['Q_A'],
  from: 'beginning',
  maxAttempts: 3,
  ordered: false,
  urgentFirst: false,
});
if (step === 'opened') die();
const claiming = consumer.claim(10);
if (step === 'claiming') die();
const [delivery] = await claiming;
if (delivery === undefined || step === 'claimed') die();
else {
  const settling = consumer.settle(delivery, done(chained(delivery.signal, 'Q_B', { answer: 42 })));
  if (step === 'settling') setImmediate(die);
  await settling;
  die();
}
