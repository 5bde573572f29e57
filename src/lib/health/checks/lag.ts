import { formatDuration } from '../../base/formats.js';
import type { ConsumerStatus } from '../../bus/bus.js';
import type { Wait } from '../../bus/observer.js';
import { result, shownLimits, statusAbove, worstOf, type HealthCheck } from '../check.js';

/** Signals that wait for the daemons that hear them. */
export const lag: HealthCheck = {
  name: 'lag',
  asks: 'how many signals wait for each daemon, and since when',
  run: async ({ config, clock, observer, isDeclared }) => {
    const limits = { warning: config.health.lagWarning, critical: config.health.lagCritical };
    const waits = new Map(
      observer()
        .waits()
        .map((wait) => [wait.consumer, wait]),
    );
    const consumers = observer()
      .consumers()
      .filter(({ enabled }) => enabled);
    const behind = consumers.filter((one) => waiting(one) > 0).sort((a, b) => waiting(b) - waiting(a));
    const [most] = behind;
    return result(worstOf(consumers.map((one) => statusAbove(waiting(one), limits))), {
      why: most ? lagText(most, waits.get(most.name), clock.nowMs()) : 'nobody is behind',
      figures: consumers.flatMap((one) => {
        const labels = { consumer: one.name };
        const ageMs = clock.nowMs() - (waits.get(one.name)?.atMs ?? clock.nowMs());
        return [
          { name: 'signals', value: waiting(one), unit: '' as const, labels, ...shownLimits(limits) },
          { name: 'oldest_age_seconds', value: Math.max(0, ageMs) / 1000, unit: 's' as const, labels },
        ];
      }),
      next: most ? nextFor(most, isDeclared(most.name)) : [],
    });
  },
};

function waiting({ lag: unfetched, waiting: open, running }: ConsumerStatus): number {
  return unfetched + open + running;
}

function lagText(consumer: ConsumerStatus, wait: Wait | undefined, nowMs: number): string {
  const since = wait ? `, the oldest for ${formatDuration(Math.max(0, nowMs - wait.atMs))}` : '';
  const state = consumer.paused ? ', and it is paused' : consumer.pids.length === 0 ? ', and it does not run' : '';
  return `${consumer.name} has ${waiting(consumer)} waiting${since}${state}`;
}

function nextFor({ name, paused, pids }: ConsumerStatus, isDeclared: boolean): string[] {
  if (paused) return [`it is paused; let it go on, or leave it: nothing is lost`];
  if (pids.length > 0) return ['kloros health --watch --check lag'];
  if (isDeclared) return [`kloros daemon start ${name}`, 'kloros up'];
  return [
    `there is no daemon ${name} here; start it where it is from, if it is still used`,
    `kloros bus forget ${name}     # where nobody will run it again`,
  ];
}
