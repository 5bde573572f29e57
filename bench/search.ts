import { duel, EVALUATIONS, FUNCTIONS, SEEDS } from '../test/lib/dream/search/duel.js';
import { median, round } from './statistics.js';

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
console.log(JSON.stringify({ bench: 'search', evaluations: EVALUATIONS, seeds: SEEDS.length, functions }, null, 2));
