import { formatAge } from '../../base/formats.js';
import type { Refusal } from '../../bus/bus.js';
import { KILL } from '../../signals/kill.js';
import { LATELY_MS } from '../limits.js';
import { result, type HealthCheck } from '../check.js';

/** Who is refused all day is misconfigured, or tries what he may not. */
export const refused: HealthCheck = {
  name: 'refused',
  asks: 'whether somebody emitted what he may not cause',
  run: async ({ clock, observer }) => {
    const nowMs = clock.nowMs();
    const refusals = observer().refusals();
    // A time ahead of the clock is one of a clock that was put right: it counts as now.
    const lately = refusals.filter(({ lastMs }) => lastMs > nowMs - LATELY_MS);
    const worst = lately.find(({ signal }) => signal === KILL) ?? lately[0];
    return result(worst === undefined ? 'OK' : 'WARNING', {
      why: worst === undefined ? 'nothing lately' : refusalText(worst, nowMs),
      figures: [{ name: 'refused_signals', value: refusals.reduce((sum, { count }) => sum + count, 0), unit: '' }],
      next: ['kloros peer refused'],
    });
  },
};

function refusalText({ consumer, signal, from, reason, count, lastMs }: Refusal, nowMs: number): string {
  const whom = consumer === '' ? 'the colony' : consumer;
  const why = reason === 'authority' ? `${from.origin} may ${from.authority}` : `${from.origin}: ${reason}`;
  return `${whom} refused ${signal} ${count === 1 ? 'once' : `${count} times`}, last ${formatAge(lastMs, nowMs)}: ${why}`;
}
