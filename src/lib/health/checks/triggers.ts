import { formatDuration } from '../../base/formats.js';
import { expectationsOf } from '../../expectations/declared.js';
import { catalogue } from '../../signals/catalogue.js';
import { result, shownLimits, statusAbove, type HealthCheck } from '../check.js';

const MOST = 500;

/** Triggers, and whatever else an expectation waits after, that a daemon has fetched or should have, and has not settled. */
export const triggers: HealthCheck = {
  name: 'triggers',
  asks: 'whether a trigger waits for its answer for too long',
  run: async ({ config, clock, observer }) => {
    const limits = { warning: config.health.triggerWarningMs / 1000, critical: config.health.triggerCriticalMs / 1000 };
    const expecting = new Set(expectationsOf(config).expectations.map(({ after }) => after));
    const isTrigger = ({ signal }: { signal: string }) =>
      expecting.has(signal) || catalogue.get(signal)?.kind === 'trigger';
    const open = [...observer().openWork({ limit: MOST }), ...observer().waits()].filter(isTrigger);
    const oldest = open.reduce<(typeof open)[number] | undefined>(
      (least, one) => (least === undefined || one.atMs < least.atMs ? one : least),
      undefined,
    );
    const ageMs = oldest ? Math.max(0, clock.nowMs() - oldest.atMs) : 0;
    return result(statusAbove(ageMs / 1000, limits), {
      why: oldest
        ? `${oldest.signal} ${oldest.signalId} waits for ${oldest.consumer} for ${formatDuration(ageMs)}`
        : 'none waits',
      figures: [{ name: 'oldest_age_seconds', value: ageMs / 1000, unit: 's', ...shownLimits(limits) }],
      next: oldest ? [`kloros trace ${oldest.signalId}`, `kloros health --check lag --check daemons`] : [],
    });
  },
};
