import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Publisher } from 'zeromq';
import { systemClock } from '../src/lib/base/clock.js';
import { openBus } from '../src/lib/bus/open-bus.js';
import { encodeSignal } from '../src/lib/signals/codec.js';
import { freePortBase, removeHome, silentLog, temporaryConfig, until } from '../test/helpers/colony.js';
import { signalOf } from '../test/helpers/signals.js';
import { startProcess } from './bench-process.js';
import { report } from './report.js';
import { round, sharedNowMs, summarise } from './statistics.js';

const PACE_MS = 5;
const SAMPLES = 400;
const ROUNDS = 3;
const MOST_RATIO_P50 = 2;
const LIMIT_P99_MS = 10;

const pace = () => new Promise((resolve) => setTimeout(resolve, PACE_MS));

/** Emit to handler, durable, through three processes, against its floor: one fdatasync and one trip through a bare proxy. */
const config = await temporaryConfig();
const hub = await startProcess('children/daemon.ts', ['hub', JSON.stringify(config)]);
const worker = await startProcess('children/daemon.ts', ['worker', JSON.stringify(config)]);
const bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'bench' });

const base = await freePortBase();
const [xsub, xpub] = [`tcp://127.0.0.1:${base}`, `tcp://127.0.0.1:${base + 1}`];
const proxy = await startProcess('children/bare-wire.ts', ['proxy', xsub, xpub]);
const subscriber = await startProcess('children/bare-wire.ts', ['subscriber', xsub, xpub]);
const publisher = new Publisher();
publisher.connect(xsub);
const file = openSync(join(config.home, 'floor.bin'), 'w');

const floorsMs: number[] = [];
const oursMs: number[] = [];

async function floorRound(): Promise<void> {
  const syncsMs: number[] = [];
  for (let index = 0; index < SAMPLES; index += 1) {
    const sentMs = sharedNowMs();
    const bytes = encodeSignal(signalOf('BENCH', { sentMs }));
    writeSync(file, bytes);
    fdatasyncSync(file);
    syncsMs.push(sharedNowMs() - sentMs);
    await publisher.send(['BENCH', JSON.stringify({ sentMs })]);
    await pace();
  }
  floorsMs.push(...(await subscriber.ask<number[]>('latencies')));
}

async function ourRound(): Promise<void> {
  for (let index = 0; index < SAMPLES; index += 1) {
    await bus.emit([signalOf('BENCH', { sentMs: sharedNowMs() })]);
    await pace();
  }
  const before = oursMs.length;
  await until('all are handled', async () => {
    oursMs.push(...(await worker.ask<number[]>('latencies')));
    return oursMs.length - before >= SAMPLES;
  });
}

await floorRound();
await ourRound();
floorsMs.length = 0;
oursMs.length = 0;
for (let index = 0; index < ROUNDS; index += 1) {
  await floorRound();
  await ourRound();
}

const floor = summarise(floorsMs);
const ours = summarise(oursMs);
const ratioP50 = round(ours.p50 / floor.p50);
const met = ratioP50 <= MOST_RATIO_P50 && ours.p99 < LIMIT_P99_MS;
report({ bench: 'latency', unit: 'ms', floor, ours, ratioP50, met });

await bus.close();
publisher.close();
closeSync(file);
await Promise.all([worker.end(), proxy.end(), subscriber.end()]);
await hub.end();
removeHome(config);
