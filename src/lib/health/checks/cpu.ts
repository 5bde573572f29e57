import { result, shownLimits, statusAbove, worstOf, type HealthCheck } from '../check.js';
import { spikesOf } from '../spikes.js';
import { usagesOf } from '../usages.js';

/** What each daemon uses of a core, and whether it works in bursts once a minute, as something that polls does. */
export const cpu: HealthCheck = {
  name: 'cpu',
  asks: 'how much of a core each daemon uses, and whether it does so once a minute',
  run: async ({ config, clock, standing }) => {
    const limits = { warning: config.health.cpuPercent };
    const usages = await usagesOf(await standing(), clock);
    if (usages.length === 0)
      return { status: 'UNKNOWN', why: 'no process to look at', figures: [], next: ['kloros up'] };
    const looked = usages.map(({ name, samples }) => {
      const percents = samples.map(({ cpuPercent }) => cpuPercent);
      const mean = percents.reduce((sum, percent) => sum + percent, 0) / Math.max(1, percents.length);
      return { name, mean, spikes: spikesOf(samples, config.health.spikePercent) };
    });
    const busiest = looked.reduce((most, one) => (one.mean > most.mean ? one : most));
    const polling = looked.filter(({ spikes }) => spikes.isPeriodic);
    const spiky = polling.map(({ name, spikes }) => `; ${name} works in ${spikes.count} spikes, one a minute`).join('');
    return result(
      worstOf([...looked.map(({ mean }) => statusAbove(mean, limits)), polling.length > 0 ? 'WARNING' : 'OK']),
      {
        why: `${busiest.mean.toFixed(1)} % of a core at most (${busiest.name})${spiky}`,
        figures: looked.flatMap(({ name, mean, spikes }) => [
          { name: 'percent', value: mean, unit: '%' as const, labels: { daemon: name }, ...shownLimits(limits) },
          { name: 'spikes', value: spikes.count, unit: '' as const, labels: { daemon: name } },
        ]),
        next: ['kloros bus listen --since 5m --no-follow', 'something may be polled or said once a minute'],
      },
    );
  },
};
