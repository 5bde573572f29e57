import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { systemClock } from '../../src/lib/base/clock.js';
import { openBus } from '../../src/lib/bus/open-bus.js';
import { configSchema } from '../../src/lib/config/schema.js';
import { silentLog } from './colony.js';
import { BATCH, type FullSpeedReport } from './full-speed-report.js';
import { signalOf } from './signals.js';

const RESOLUTION_MS = 1;
const PAYLOAD = 'x'.repeat(100);

/**
 * A process at the journal: it emits as fast as it is let, or, as a bystander, does nothing.
 * Both measure how long their event loop stands still; what a bystander sees is the machine's own noise.
 */
const [role, configText = '{}', secondsText = '1'] = process.argv.slice(2);
const forMs = Number(secondsText) * 1000;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
const waitsMs: number[] = [];
let signals = 0;

async function write(): Promise<void> {
  const bus = await openBus({
    config: configSchema.parse(JSON.parse(configText)),
    clock: systemClock,
    log: silentLog,
    name: 'writer',
  });
  await started();
  for (const stopMs = performance.now() + forMs; performance.now() < stopMs;) {
    const batch = Array.from({ length: BATCH }, (_, n) => signalOf('Q_LOAD', { n, payload: PAYLOAD }));
    const startMs = performance.now();
    await bus.emit(batch);
    waitsMs.push(performance.now() - startMs);
    signals += BATCH;
  }
  delay.disable();
  await bus.close();
}

/** Waits for the parent's word, so that all are at full speed at once. */
async function started(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once('message', () => resolve());
    process.send?.('ready');
  });
  delay.enable();
}

async function standBy(): Promise<void> {
  await started();
  await setTimeout(forMs);
  delay.disable();
}

if (role === 'bystander') await standBy();
else await write();

const sorted = waitsMs.sort((a, b) => a - b);
const stallMs = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
const report: FullSpeedReport = {
  pid: process.pid,
  signals,
  emits: sorted.length,
  waitMaxMs: sorted.at(-1) ?? 0,
  waitP99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
  stallMaxMs: stallMs(delay.max),
  stallP999Ms: stallMs(delay.percentile(99.9)),
};
process.send?.(report);
process.disconnect();
