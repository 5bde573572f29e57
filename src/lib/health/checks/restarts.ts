import { result, shownLimits, statusAbove, worstOf, type CheckResult, type HealthCheck } from '../check.js';
import type { DaemonStanding } from '../standing.js';
import { unsupervised } from './unsupervised.js';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

/** Daemons that end by themselves and are started again. */
export const restarts: HealthCheck = {
  name: 'restarts',
  asks: 'how often a daemon ended by itself and was started again, in a day and in a week',
  run: async ({ config, clock, standing }) => {
    const { keeper, daemons } = await standing();
    if (keeper === 'systemd') return servedRestarts(daemons, config.health.restartsPerWeek);
    if (keeper !== 'kloros up') return unsupervised(keeper, 'restarts');
    const [weekly, daily] = [{ warning: config.health.restartsPerWeek }, { critical: config.health.restartsPerDay }];
    const counts = daemons.map(({ name, record }) => {
      const within = (ms: number) => record?.restarts.filter(({ atMs }) => clock.nowMs() - atMs < ms).length ?? 0;
      return { name, day: within(DAY_MS), week: within(WEEK_MS), last: record?.restarts.at(-1)?.why };
    });
    const most = counts.reduce((worst, one) => (one.week > worst.week ? one : worst), counts[0] ?? NONE);
    return result(worstOf(counts.flatMap(({ day, week }) => [statusAbove(day, daily), statusAbove(week, weekly)])), {
      why:
        most.week === 0
          ? 'none in a week'
          : `${most.name} ${most.week} in a week, ${most.day} in a day; last: ${most.last ?? 'unknown'}`,
      figures: counts.flatMap(({ name, day, week }) => [
        { name: 'day', value: day, unit: '' as const, labels: { daemon: name }, ...shownLimits(daily) },
        { name: 'week', value: week, unit: '' as const, labels: { daemon: name }, ...shownLimits(weekly) },
      ]),
      next: [`kloros daemon run ${most.name}   # and see it fail`, 'kloros dlq list'],
    });
  },
};

const NONE = { name: '', day: 0, week: 0, last: undefined };

/** Systemd counts restarts since a service was started, and does not keep their times: the limit of a week is theirs. */
function servedRestarts(daemons: readonly DaemonStanding[], perWeek: number): CheckResult {
  const limits = { warning: perWeek };
  const counts = daemons.map(({ name, unit }) => ({ name, count: unit?.restarts ?? 0 }));
  const most = counts.reduce((worst, one) => (one.count > worst.count ? one : worst), { name: '', count: 0 });
  return result(worstOf(counts.map(({ count }) => statusAbove(count, limits))), {
    why: most.count === 0 ? 'none since systemd started them' : `${most.name} ${most.count} since systemd started it`,
    figures: counts.map(({ name, count }) => {
      return { name: 'count', value: count, unit: '' as const, labels: { daemon: name }, ...shownLimits(limits) };
    }),
    next: [`kloros systemd logs ${most.name}`, 'kloros dlq list'],
  });
}
