import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { every } from './timers.js';
import type { WatchdogData } from './watchdog-worker.js';

/** Every wake-up costs a process that is idle: more checks than these would make the limit little more exact. */
const CHECKS = 6;

/**
 * From when it resolves, ends this process when its event loop stands still for stallMs; answers how to call it off (D3).
 * Run from the sources there is none, since Node 20 starts no thread on a .ts file.
 */
export async function startWatchdog(stallMs: number): Promise<() => Promise<void>> {
  if (import.meta.url.endsWith('.ts')) return async () => undefined;
  const beats = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const counter = new Int32Array(beats);
  const checkMs = Math.ceil(stallMs / CHECKS);
  const data: WatchdogData = { beats, checkMs, patience: CHECKS };
  const worker = new Worker(new URL('./watchdog-worker.js', import.meta.url), { workerData: data });
  await once(worker, 'message');
  worker.unref();
  const timer = every(checkMs, () => void Atomics.add(counter, 0, 1));
  timer.unref();
  return async () => {
    clearInterval(timer);
    await worker.terminate();
  };
}
