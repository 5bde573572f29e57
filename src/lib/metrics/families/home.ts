import { existsSync } from 'node:fs';
import { pathsOf } from '../../config/paths.js';
import { journalOf, type Collector } from '../view.js';

/** The home as a whole. */
export const home: Collector = {
  name: 'home',
  collect: async (view) => {
    const newest = journalOf(view)?.span()?.newestMs ?? 0;
    return [
      {
        name: 'kloros_maintenance',
        help: 'Whether all daemons wait because of maintenance',
        type: 'gauge',
        samples: [{ value: Number(existsSync(pathsOf(view.config).maintenance)) }],
      },
      {
        name: 'kloros_newest_signal_timestamp_seconds',
        help: 'Time of the newest signal in the journal, in epoch seconds; 0 where there is none',
        type: 'gauge',
        samples: [{ value: newest / 1000 }],
      },
    ];
  },
};
