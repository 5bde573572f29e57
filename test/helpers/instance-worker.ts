import { setTimeout } from 'node:timers/promises';
import { pino } from 'pino';
import { systemClock } from '../../src/lib/base/clock.js';
import { configSchema } from '../../src/lib/config/schema.js';
import { defineDaemon } from '../../src/lib/runtime/define-daemon.js';
import { runDaemon } from '../../src/lib/runtime/run-daemon.js';

/** One of several instances that share a daemon's work; it tells its parent what it begins, and what its log says. */
const [config = '{}', instance = '', handlingMs = '0'] = process.argv.slice(2);
const shared = defineDaemon({
  name: 'shared',
  purpose: 'Takes its time',
  hears: ['Q_WORK'],
  says: ['Q_WORKED'],
  from: 'beginning',
  handle: async ({ facts: { n } }) => {
    process.send?.({ began: n });
    await setTimeout(Number(handlingMs));
    return [{ signal: 'Q_WORKED', facts: { n, by: instance } }];
  },
});
const log = pino({ level: 'warn' }, { write: (line: string) => void process.send?.({ line }) });
const options = { config: configSchema.parse(JSON.parse(config)), clock: systemClock, log, random: Math.random };
await runDaemon(shared, { ...options, instance });
process.send?.('ready');
