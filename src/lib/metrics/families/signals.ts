import { pathsOf } from '../../config/paths.js';
import type { Config } from '../../config/schema.js';
import { catalogue } from '../../signals/catalogue.js';
import { perName, samplesOf } from '../family.js';
import { countedTotals } from '../totals.js';
import { journalOf, type Collector } from '../view.js';

/** What was said. */
export const signals: Collector = {
  name: 'signals',
  collect: async (view) => {
    const journal = journalOf(view);
    const totals = journal
      ? await countedTotals(pathsOf(view.config).signalTotals, journal)
      : new Map<string, number>();
    return [
      {
        name: 'kloros_signals_total',
        help: 'Signals in the journal by name; those that neither kloros nor its configuration knows are other',
        type: 'counter',
        samples: samplesOf('signal', perName(knownNames(view.config), totals)),
      },
    ];
  },
};

/** Names that this colony knows; whatever else is said is nobody's series. */
export function knownNames({ intents, policy }: Config): string[] {
  const routed = Object.values(intents.routes).map(({ signal }) => signal);
  return [...new Set([...catalogue.keys(), ...routed, ...policy.alsoSays])];
}
