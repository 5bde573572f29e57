import { systemClock } from '../src/lib/base/clock.js';
import { openBus } from '../src/lib/bus/open-bus.js';
import { encodeSignal } from '../src/lib/signals/codec.js';
import { freePortBase, removeHome, silentLog, temporaryConfig } from '../test/helpers/colony.js';
import { signalOf } from '../test/helpers/signals.js';
import { startProcess } from './bench-process.js';
import { natsVersion, startJetStream } from './children/jetstream.js';
import { report } from './report.js';
import { median, round, sharedNowMs } from './statistics.js';

const SIGNALS = 20_000;
const ROUNDS = 5;
/** Signals that are under way at once, on either side. */
const IN_FLIGHT = 1_000;
const BATCH = 100;
const LEAST_PER_SECOND = 20_000;
const LEAST_RATIO = 2;

/**
 * Durable emission, pipelined, beside JetStream's file storage in the same run, in turns.
 * Ours is on the disk (fdatasync) when it is acknowledged; JetStream acknowledges what it has written and syncs later.
 */
const config = await temporaryConfig();
const hub = await startProcess('children/daemon.ts', ['hub', JSON.stringify(config)]);
const bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'bench' });
const version = natsVersion();
const stream = version === undefined ? undefined : await startJetStream(version, await freePortBase());

const newSignal = () => signalOf('BENCH', { question: 'What does the audio module do?', priority: 'normal' });
const single = () => bus.emit([newSignal()]);
const batch = () => bus.emit(Array.from({ length: BATCH }, newSignal));
const publish = () => stream?.publish(encodeSignal(newSignal()));

const rates = { single: [] as number[], batches: [] as number[], jetStream: [] as number[] };
await measure(SIGNALS, single); // Both sides are warm before they are measured.
if (stream) await measure(SIGNALS, publish);
for (let index = 0; index < ROUNDS; index += 1) {
  rates.single.push(await measure(SIGNALS, single));
  if (stream) rates.jetStream.push(await measure(SIGNALS, publish));
  rates.batches.push(await measure(SIGNALS, batch, BATCH));
}
const ours = { single: median(rates.single), batchesOf100: median(rates.batches) };
const theirs = stream ? { version: stream.version, single: median(rates.jetStream) } : null;
const ratios = theirs && {
  single: round(ours.single / theirs.single),
  batchesOf100: round(ours.batchesOf100 / theirs.single),
};
report({
  bench: 'emit',
  unit: 'signals/s',
  frameBytes: encodeSignal(newSignal()).length,
  inFlight: IN_FLIGHT,
  kloros: ours,
  jetStream: theirs ?? 'nats-server is not installed: apt-get install nats-server',
  ratios,
  met: Math.min(ours.single, ours.batchesOf100) >= LEAST_PER_SECOND && (ratios?.single ?? LEAST_RATIO) >= LEAST_RATIO,
  rounds: rates,
});
await stream?.end();
await bus.close();
await hub.end();
removeHome(config);

/** Signals per second while so many are always under way; `size` is how many one call emits. */
async function measure(count: number, emit: () => Promise<void> | undefined, size = 1): Promise<number> {
  let left = count / size;
  const caller = async () => {
    while (left > 0) {
      left -= 1;
      await emit();
    }
  };
  const startedMs = sharedNowMs();
  await Promise.all(Array.from({ length: IN_FLIGHT / size }, caller));
  return round((count / (sharedNowMs() - startedMs)) * 1_000);
}
