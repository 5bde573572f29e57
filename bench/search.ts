import { duel, EVALUATIONS, FUNCTIONS, SEEDS } from '../test/lib/dream/search/duel.js';
import { report } from './report.js';
import { median, round } from './statistics.js';

const LEAST_WON = 19;

/** The search against random search on textbook functions, with as many evaluations: what each found, less is better. */
const functions = Object.keys(FUNCTIONS).map((name) => {
  const duels = SEEDS.map((seed) => duel(name, seed));
  return {
    name,
    search: round(median(duels.map(({ search }) => search))),
    atRandom: round(median(duels.map(({ atRandom }) => atRandom))),
    won: duels.filter(({ search, atRandom }) => search < atRandom).length,
  };
});
report({
  bench: 'search',
  evaluations: EVALUATIONS,
  seeds: SEEDS.length,
  functions,
  met: functions.every(({ won }) => won >= LEAST_WON),
});
