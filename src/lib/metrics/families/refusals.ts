import { journalOf, type Collector } from '../view.js';
import { OTHER } from '../family.js';
import { knownNames } from './signals.js';

/** What was emitted by somebody who may not cause it. */
export const refusals: Collector = {
  name: 'refusals',
  collect: async (view) => {
    const known = new Set(knownNames(view.config));
    return [
      {
        name: 'kloros_signals_refused_total',
        help: 'Signals that a daemon, or a door of the bus, did not take from where they came',
        type: 'counter',
        samples: (journalOf(view)?.refusals() ?? []).map(({ consumer, signal, from, reason, count }) => ({
          labels: { daemon: consumer, signal: known.has(signal) ? signal : OTHER, origin: from.origin, reason },
          value: count,
        })),
      },
    ];
  },
};
