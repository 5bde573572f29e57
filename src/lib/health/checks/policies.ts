import { formatAge } from '../../base/formats.js';
import { ENGINE, Memory } from '../../policy/memory.js';
import { LATELY_MS } from '../limits.js';
import { result, type HealthCheck } from '../check.js';

/** A rule that cannot be decided within its bound of steps does not act, and whoever sent the facts may have meant that. */
export const policies: HealthCheck = {
  name: 'policies',
  asks: 'whether the condition of a policy took too many steps over the facts of a signal, so that it decided nothing',
  run: async ({ clock, observer }) => {
    const nowMs = clock.nowMs();
    const rules = new Memory(observer().state(ENGINE)).rules();
    const bounded = rules.flatMap(([rule, { boundedAtMs: atMs }]) =>
      atMs === null || atMs <= nowMs - LATELY_MS ? [] : [{ rule, atMs }],
    );
    const texts = bounded.map(({ rule, atMs }) => `${rule} was not decided ${formatAge(atMs, nowMs)}: too many steps`);
    return result(bounded.length > 0 ? 'WARNING' : 'OK', {
      why: texts.join('; ') || 'all are decided',
      figures: [{ name: 'undecided', value: bounded.length, unit: '' }],
      next: bounded.map(({ rule }) => `kloros policy decisions --rule ${rule}`),
    });
  },
};
