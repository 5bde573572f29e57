import { chemicalBus } from '../../src/daemons/chemical-bus.js';
import { investigationConsumer } from '../../src/daemons/investigation-consumer.js';
import { systemClock } from '../../src/lib/base/clock.js';
import { configSchema } from '../../src/lib/config/schema.js';
import { defineDaemon, type AnyDaemon } from '../../src/lib/runtime/define-daemon.js';
import { runDaemon } from '../../src/lib/runtime/run-daemon.js';
import { pino } from 'pino';
import { serve } from '../bench-process.js';
import { sharedNowMs } from '../statistics.js';

const [role, config] = process.argv.slice(2);
let latenciesMs: number[] = [];
let handled = 0;

const worker = defineDaemon({
  name: 'bench_worker',
  purpose: 'Measures how long a signal was under way',
  hears: ['BENCH'],
  says: ['BENCH_DONE'],
  handle: ({ facts }) => {
    handled += 1;
    latenciesMs.push(sharedNowMs() - Number(facts['sentMs']));
    return facts['answer'] === true ? [{ signal: 'BENCH_DONE', facts: {} }] : [];
  },
});

const ROLES: Record<string, AnyDaemon> = { hub: chemicalBus, worker, investigator: investigationConsumer };
const definition = ROLES[role ?? ''] ?? worker;
const log = pino({ level: 'silent' });
const daemon = await runDaemon(definition, {
  config: configSchema.parse(JSON.parse(config ?? '{}')),
  clock: systemClock,
  log,
  random: Math.random,
});
process.on('SIGTERM', () => void daemon.stop().then(() => process.exit(0)));
serve({
  handled: () => handled,
  latencies: () => {
    const taken = latenciesMs;
    latenciesMs = [];
    return taken;
  },
  usage: () => ({ cpu: process.cpuUsage(), rssBytes: process.memoryUsage.rss() }),
});
