import { mkdir } from 'node:fs/promises';
import { signalsPerSecond } from '../../bus/capacity.js';
import { pathsOf } from '../../config/paths.js';
import { result, shownLimits, statusBelow, type HealthCheck } from '../check.js';

const SIGNALS = 500;

/** What this machine could carry: signals a second that are appended, claimed and settled, each durable. */
export const throughput: HealthCheck = {
  name: 'throughput',
  asks: 'how many signals a second this machine can carry, measured on its disk beside the journal',
  run: async ({ config, log, observer }) => {
    const { run } = pathsOf(config);
    observer(); // Where nothing has ever run, a look leaves nothing behind.
    await mkdir(run, { recursive: true });
    const limits = { warning: config.health.capacityWarning, critical: config.health.capacityCritical };
    const rate = await signalsPerSecond({ beside: run, signals: SIGNALS, log });
    return result(statusBelow(rate, limits), {
      why: `${Math.round(rate)} signals a second, durable and handled`,
      figures: [{ name: 'signals_per_second', value: rate, unit: '', ...shownLimits(limits), least: true as const }],
      next: ['kloros health --check disk --check cpu', 'the journal wants a disk that syncs fast'],
    });
  },
};
