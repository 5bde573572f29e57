import { pathsOf } from '../../config/paths.js';
import { sumOfBins } from '../../figures/bins.js';
import { OUTCOMES, readAllFigures, type Figures } from '../../figures/figures.js';
import type { Collector } from '../view.js';

/** What the daemons did, as they count it themselves. */
export const handling: Collector = {
  name: 'handling',
  collect: async ({ config, members }) => {
    const all = await readAllFigures(pathsOf(config).figures);
    const rows = members
      .filter(({ hears = [] }) => hears.length > 0)
      .map(({ name }) => ({ name, figures: all.filter(({ daemon }) => daemon === name) }));
    const binsOf = (which: 'handling' | 'waiting') =>
      rows.map(({ name, figures }) => ({
        labels: { daemon: name },
        value: sumOfBins(figures.map((one) => one[which])),
      }));
    return [
      {
        name: 'kloros_attempts_total',
        help: 'Attempts at a signal by how they ended; given_back ones do not count towards a dead letter',
        type: 'counter',
        samples: rows.flatMap(({ name, figures }) =>
          OUTCOMES.map((outcome) => ({ labels: { daemon: name, outcome }, value: attemptsOf(figures, outcome) })),
        ),
      },
      {
        name: 'kloros_handling_seconds',
        help: 'Time that one attempt took, from the call of the handler to its end',
        type: 'histogram',
        samples: binsOf('handling'),
      },
      {
        name: 'kloros_waiting_seconds',
        help: 'Time from when a signal was said to the beginning of its first attempt',
        type: 'histogram',
        samples: binsOf('waiting'),
      },
    ];
  },
};

function attemptsOf(figures: readonly Figures[], outcome: (typeof OUTCOMES)[number]): number {
  return figures.reduce((sum, { attempts }) => sum + attempts[outcome], 0);
}
