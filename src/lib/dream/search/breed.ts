import { kindOf, type GeneKind, type Genome, type Space } from './genome.js';
import type { Random } from './random.js';

/** How children differ from their parents. */
export interface Mutation {
  /** Deviation of a nudge, as a share of a parameter's range. */
  sigma: number;
  /** Probability that a categorical parameter is swapped. */
  swap: number;
}

/** A possible parent with its fitness. */
export interface Parent {
  genome: Genome;
  fitness: number;
}

const CROSSOVER = 0.8;
/** A child may lie so far beyond its parents, as a share of the distance between them. */
const BEYOND = 0.3;
/** Least share of the numeric genes that is nudged. */
const NUDGED = 0.35;

/** Points that cover each dimension evenly: every n-th of it has exactly one (Latin hypercube). */
export function latinHypercube(count: number, dimensions: number, random: Random): Genome[] {
  const order = Array.from({ length: count }, (_, index) => index);
  const columns = Array.from({ length: dimensions }, () =>
    random.shuffled(order).map((slot) => (slot + random.next()) / count),
  );
  return order.map((index) => columns.map((column) => column[index] ?? 0));
}

/** Somewhere in the space. */
export function anywhere(dimensions: number, random: Random): Genome {
  return Array.from({ length: dimensions }, () => random.next());
}

/** The best of a few that are drawn. */
export function selectParent(parents: readonly [Parent, ...Parent[]], size: number, random: Random): Parent {
  let best = random.pick(parents);
  for (let drawn = 1; drawn < size; drawn += 1) {
    const other = random.pick(parents);
    if (other.fitness > best.fitness) best = other;
  }
  return best;
}

/** A child of two: genes crossed over, then at least one of them mutated. */
export function childOf(
  [mother, father]: readonly [Parent, Parent],
  { space, mutation }: { space: Space; mutation: Mutation },
  random: Random,
): Genome {
  const kinds = Object.values(space).map(kindOf);
  const crossed =
    random.next() < CROSSOVER ? crossover([mother.genome, father.genome], kinds, random) : [...mother.genome];
  const chosen = random.below(kinds.length);
  // Large steps and small ones in one generation: near an optimum the small ones win, far from it the large ones.
  const sigma = mutation.sigma * Math.exp(random.gaussian());
  return crossed.map((gene, index) => {
    const share = kinds[index] === 'categorical' ? mutation.swap : Math.max(NUDGED, 1 / kinds.length);
    if (index !== chosen && random.next() >= share) return gene;
    // A mutator that is not declared does not mutate; the other kind has its own.
    if (kinds[index] === 'categorical' && mutation.swap === 0) return gene;
    return kinds[index] === 'categorical' ? random.next() : reflected(gene + sigma * random.gaussian());
  });
}

function crossover([mother, father]: readonly [Genome, Genome], kinds: readonly GeneKind[], random: Random): Genome {
  return mother.map((gene, index) => {
    const other = father[index] ?? gene;
    if (kinds[index] === 'categorical') return random.next() < 0.5 ? gene : other;
    const share = -BEYOND + (1 + 2 * BEYOND) * random.next();
    return reflected(gene + share * (other - gene));
  });
}

/** Back into 0 to 1, as from a wall: what lies beyond an end lands as far within it. */
function reflected(gene: number): number {
  const folded = Math.abs(gene) % 2;
  return folded > 1 ? 2 - folded : folded;
}
