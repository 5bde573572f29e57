import { journalOf, type Collector } from '../view.js';

/** What was emitted by somebody who may not cause it. */
export const refusals: Collector = {
  name: 'refusals',
  collect: async (view) => [
    {
      name: 'kloros_signals_refused_total',
      help: 'Signals that a daemon, or a door of the bus, did not take from where they came',
      type: 'counter',
      samples: (journalOf(view)?.refusals() ?? []).map(({ consumer, signal, from, reason, count }) => ({
        labels: { daemon: consumer, signal, origin: from.origin, reason },
        value: count,
      })),
    },
  ],
};
