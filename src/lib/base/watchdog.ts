import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { WatchdogData } from './watchdog-worker.js';

const CHECK_MS = 1_000;
const BEAT_MS = 500;

/**
 * From when it resolves, ends this process when its event loop stands still for stallMs; answers how to call it off (D3).
 * Run from the sources there is none, since Node 20 starts no thread on a .ts file.
 */
export async function startWatchdog(stallMs: number): Promise<() => Promise<void>> {
  if (import.meta.url.endsWith('.ts')) return async () => undefined;
  const beats = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const counter = new Int32Array(beats);
  const data: WatchdogData = { beats, checkMs: CHECK_MS, patience: Math.ceil(stallMs / CHECK_MS) };
  const worker = new Worker(new URL('./watchdog-worker.js', import.meta.url), { workerData: data });
  await once(worker, 'message');
  worker.unref();
  const timer = setInterval(() => Atomics.add(counter, 0, 1), BEAT_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await worker.terminate();
  };
}
