import { formatBytes } from '../../base/formats.js';
import { result, shownLimits, statusAbove, worstOf, type Figure, type HealthCheck } from '../check.js';
import { usedMemoryPercent } from '../conditions/memory.js';
import { memoryLimits } from '../limits.js';
import { usagesOf } from '../usages.js';

/** What each daemon holds of the memory, whether it only ever grows, and what the machine has left. */
export const memory: HealthCheck = {
  name: 'memory',
  asks: 'how much memory each daemon holds, how much more than a quarter of an hour ago, and how full that of the machine is',
  run: async ({ config, clock, standing }) => {
    const limits = { warning: config.health.memoryBytes, critical: config.health.memoryCriticalBytes };
    const usages = await usagesOf(await standing(), clock);
    if (usages.length === 0)
      return { status: 'UNKNOWN', why: 'no process to look at', figures: [], next: ['kloros up'] };
    const looked = usages.map(({ name, samples }) => {
      const now = samples.at(-1)?.rssBytes ?? 0;
      return { name, now, growth: now - (samples[0]?.rssBytes ?? now) };
    });
    const machine = await usedMemoryPercent();
    const largest = looked.reduce((most, one) => (one.now > most.now ? one : most));
    const statuses = [...looked.map(({ now }) => statusAbove(now, limits)), statusAbove(machine, memoryLimits(config))];
    return result(worstOf(statuses), {
      why: `${formatBytes(largest.now)} at most (${largest.name}), ${formatBytes(looked.reduce((sum, { now }) => sum + now, 0))} in all; ${machine.toFixed(1)} % of the machine's is used`,
      figures: [
        ...looked.flatMap(({ name, now, growth }): Figure[] => [
          { name: 'bytes', value: now, unit: 'B', labels: { daemon: name }, ...shownLimits(limits) },
          { name: 'growth_bytes', value: growth, unit: 'B', labels: { daemon: name } },
        ]),
        { name: 'machine_used_percent', value: machine, unit: '%', ...shownLimits(memoryLimits(config)) },
      ],
      next: [
        `end it, and it is started again: its work is kept (${largest.name})`,
        'kloros config show health.memoryBytes',
      ],
    });
  },
};
