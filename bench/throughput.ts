import { systemClock } from '../src/lib/base/clock.js';
import { openBus } from '../src/lib/bus/open-bus.js';
import { removeHome, silentLog, temporaryConfig, until } from '../test/helpers/colony.js';
import { signalOf } from '../test/helpers/signals.js';
import { startProcess } from './bench-process.js';
import { report } from './report.js';
import { round, sharedNowMs } from './statistics.js';

const SIGNALS = 50_000;
const BATCH = 100;
/** The document's own upper end of what a colony needs (its target is 100 to 1,000 a second). */
const LEAST_HANDLED_PER_SECOND = 1_000;

/** Durable emission, and handling with one signal in answer to each, in one transaction, through three processes. */
const config = await temporaryConfig();
const hub = await startProcess('children/daemon.ts', ['hub', JSON.stringify(config)]);
const worker = await startProcess('children/daemon.ts', ['worker', JSON.stringify(config)]);
const bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'bench' });

const startedMs = sharedNowMs();
const batches = Array.from({ length: SIGNALS / BATCH }, () =>
  bus.emit(Array.from({ length: BATCH }, () => signalOf('BENCH', { sentMs: sharedNowMs(), answer: true }))),
);
await Promise.all(batches);
const emittedMs = sharedNowMs() - startedMs;
await until('all are handled', async () => (await worker.ask<number>('handled')) >= SIGNALS, 120_000);
const handledMs = sharedNowMs() - startedMs;
const usage = await Promise.all([hub, worker].map((process) => process.ask<{ rssBytes: number }>('usage')));
const perSecond = (ms: number) => round((SIGNALS / ms) * 1000);
report({
  bench: 'throughput',
  unit: 'signals/s',
  emitted: perSecond(emittedMs),
  handled: perSecond(handledMs),
  met: perSecond(handledMs) >= LEAST_HANDLED_PER_SECOND,
  rssMb: usage.map(({ rssBytes }) => Math.round(rssBytes / 1e6)),
});
await bus.close();
await worker.end();
await hub.end();
removeHome(config);
