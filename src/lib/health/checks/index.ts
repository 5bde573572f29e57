import type { HealthCheck } from '../check.js';
import { bus } from './bus.js';
import { clock } from './clock.js';
import { cpu } from './cpu.js';
import { daemons } from './daemons.js';
import { deadLetters } from './dead-letters.js';
import { disk } from './disk.js';
import { flow } from './flow.js';
import { journal } from './journal.js';
import { lag } from './lag.js';
import { latency } from './latency.js';
import { memory } from './memory.js';
import { restarts } from './restarts.js';
import { throughput } from './throughput.js';
import { triggers } from './triggers.js';
import { uptime } from './uptime.js';
import { stopChecks } from '../stop-checks.js';

/** Every check, in the order in which they are shown: first what runs, then what flows, what stops it, then what carries it. */
export const healthChecks: readonly HealthCheck[] = [
  ...[daemons, restarts, uptime, cpu, memory],
  ...[bus, flow, lag, latency, triggers, deadLetters],
  ...stopChecks,
  ...[journal, throughput, disk, clock],
];
