import { pathsOf } from '../../config/paths.js';
import { DeadLetterStore } from '../../dead-letter/store.js';
import { perName, samplesOf } from '../family.js';
import type { Collector } from '../view.js';

/** What failed for good and waits for somebody. */
export const deadLetters: Collector = {
  name: 'dead-letters',
  collect: async ({ config, clock, members }) => {
    const counts = new Map<string, number>();
    let oldestMs = Infinity;
    for await (const { daemon, firstFailedAtMs } of new DeadLetterStore(pathsOf(config), clock).letters()) {
      counts.set(daemon, (counts.get(daemon) ?? 0) + 1);
      oldestMs = Math.min(oldestMs, firstFailedAtMs ?? Infinity);
    }
    const ageMs = Number.isFinite(oldestMs) ? Math.max(0, clock.nowMs() - oldestMs) : 0;
    const names = members.map(({ name }) => name);
    return [
      {
        name: 'kloros_dead_letters',
        help: 'Open dead letters by the daemon that failed',
        type: 'gauge',
        samples: samplesOf('daemon', perName(names, counts)),
      },
      {
        name: 'kloros_dead_letters_oldest_age_seconds',
        help: 'Time since the first failure of the oldest open dead letter; 0 where there is none',
        type: 'gauge',
        samples: [{ value: ageMs / 1000 }],
      },
    ];
  },
};
