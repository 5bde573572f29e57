import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { every } from './timers.js';

/** What the watchdog thread is given. */
export interface WatchdogData {
  /** Counts the main thread's beats. */
  beats: SharedArrayBuffer;
  checkMs: number;
  /** Checks in a row without a beat before the process is ended. */
  patience: number;
}

const { beats, checkMs, patience } = workerData as WatchdogData;
const counter = new Int32Array(beats);
const STDERR = 2;

let last = -1;
let misses = 0;
// Counted in checks and not in time: a process that was stopped and goes on has missed nothing.
every(checkMs, () => {
  const beat = Atomics.load(counter, 0);
  misses = beat === last ? misses + 1 : 0;
  last = beat;
  if (misses < patience) return;
  writeSync(
    STDERR,
    `<2>The event loop of process ${process.pid} stood still for ${Math.round((misses * checkMs) / 1000)} s: the process is ended\n`,
  );
  process.kill(process.pid, 'SIGKILL');
});

parentPort?.postMessage('awake');
