import { formatBytes } from '../../base/formats.js';
import { result, shownLimits, statusAbove, worstOf, type HealthCheck } from '../check.js';
import { usagesOf } from '../usages.js';

/** What each daemon holds of the memory, and whether it only ever grows. */
export const memory: HealthCheck = {
  name: 'memory',
  asks: 'how much memory each daemon holds, and how much more than a quarter of an hour ago',
  run: async ({ config, clock, standing }) => {
    const limits = { warning: config.health.memoryBytes, critical: config.health.memoryCriticalBytes };
    const usages = await usagesOf(await standing(), clock);
    if (usages.length === 0)
      return { status: 'UNKNOWN', why: 'no process to look at', figures: [], next: ['kloros up'] };
    const looked = usages.map(({ name, samples }) => {
      const now = samples.at(-1)?.rssBytes ?? 0;
      return { name, now, growth: now - (samples[0]?.rssBytes ?? now) };
    });
    const largest = looked.reduce((most, one) => (one.now > most.now ? one : most));
    return result(worstOf(looked.map(({ now }) => statusAbove(now, limits))), {
      why: `${formatBytes(largest.now)} at most (${largest.name}), ${formatBytes(looked.reduce((sum, { now }) => sum + now, 0))} in all`,
      figures: looked.flatMap(({ name, now, growth }) => [
        { name: 'bytes', value: now, unit: 'B' as const, labels: { daemon: name }, ...shownLimits(limits) },
        { name: 'growth_bytes', value: growth, unit: 'B' as const, labels: { daemon: name } },
      ]),
      next: [
        `end it, and it is started again: its work is kept (${largest.name})`,
        'kloros config show health.memoryBytes',
      ],
    });
  },
};
