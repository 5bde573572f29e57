import { own } from '../../base/own.js';
import type { Evaluation, Metrics } from '../evaluation.js';
import type { Params } from '../parameter.js';
import { anywhere, childOf, latinHypercube, selectParent, type Mutation, type Parent } from './breed.js';
import { fitnessOf, scaleOf, type Objective } from './fitness.js';
import { decode, encode, keyOf, type Genome, type Space } from './genome.js';
import { randomOf, type Random } from './random.js';

/** Everything that a search is given. */
export interface SearchPlan {
  space: Space;
  objectives: readonly Objective[];
  mutation: Mutation;
  selector: {
    population: number;
    tournament_size: number;
    survivors: number;
    elitism: number;
    fresh_inject: number;
  };
  budget: { max_candidates: number; max_generations: number; patience: number };
  /** The same words, the same candidates. */
  seed: string;
  /** What is in use; it is judged first, with the first generation. */
  baseline: Params;
  /** Ids count on from here. */
  idOffset: number;
}

/** A candidate that was judged. */
export interface Individual {
  id: string;
  genome: Genome;
  params: Params;
  generation: number;
  /** Null for one that failed: it never has a fitness and is never a parent. */
  metrics: Metrics | null;
  spread: Metrics;
  durationMs: number;
  failure: string | null;
}

/** A candidate to be judged. */
export interface Proposal {
  id: string;
  genome: Genome;
  params: Params;
}

/** A search between two generations; plain data, so that it survives the process that began it. */
export interface SearchState {
  /** Number of the next generation. */
  generation: number;
  sigma: number;
  /** Generations since the best candidate was found. */
  stale: number;
  /** All that were judged, in the order of their ids; the baseline first. */
  judged: Individual[];
}

/** Why a search is over. */
export type SearchEnd = 'max_candidates' | 'max_generations' | 'patience' | 'exhausted' | 'identical_fitness';

/** Id of what is in use. */
export const BASELINE = 'baseline';

const SIGMA_GROWTH = 1.1;
const SIGMA_DECAY = 0.75;
const LEAST_SIGMA = 0.004;
const TRIES = 40;
/** Generations whose individuals may be parents, besides the elite. */
const MEMORY = 3;
/** Generations of one and the same fitness after which the evaluator is suspected. */
const SUSPICIOUS = 2;
/** Fewer that are alike may be an accident. */
const FEWEST_ALIKE = 3;

/** A search that has not begun. */
export function newSearch(plan: SearchPlan): SearchState {
  return { generation: 0, sigma: plan.mutation.sigma, stale: 0, judged: [] };
}

/** The next generation: no candidate that was judged before, none twice. Empty when the search is over. Pure. */
export function propose(plan: SearchPlan, state: SearchState): Proposal[] {
  if (endOf(plan, state) !== undefined) return [];
  const random = randomOf(plan.seed, state.generation);
  const seen = new Set(state.judged.map(({ params }) => keyOf(params)));
  const room = plan.budget.max_candidates - mutationsOf(state);
  const found: Genome[] = [];
  const baseline =
    state.generation === 0
      ? [{ id: BASELINE, ...candidateOf(plan, encode(plan.space, plan.baseline), plan.baseline) }]
      : [];
  for (const { params } of baseline) seen.add(keyOf(params));
  for (const genome of genomes(plan, state, random)) {
    const key = keyOf(decode(plan.space, genome));
    if (!seen.has(key)) found.push(genome);
    seen.add(key);
    if (found.length >= Math.min(room, plan.selector.population)) break;
  }
  const first = plan.idOffset + mutationsOf(state) + 1;
  const proposals = found.map((genome, index) => ({ id: `mutation_${first + index}`, ...candidateOf(plan, genome) }));
  return [...baseline, ...proposals];
}

/** The state after a generation was judged. Pure. */
export function learn(
  plan: SearchPlan,
  state: SearchState,
  evaluations: readonly { proposal: Proposal; evaluation: Evaluation }[],
): SearchState {
  const { generation } = state;
  const newcomers = evaluations.map(({ proposal, evaluation }) => individualOf(proposal, evaluation, generation));
  const judged = [...state.judged, ...newcomers];
  const best = bestOf(plan, judged);
  const isBetter = best?.generation === generation;
  const sigma = isBetter ? state.sigma * SIGMA_GROWTH : state.sigma * SIGMA_DECAY;
  return {
    generation: generation + 1,
    sigma: Math.min(plan.mutation.sigma * 2, Math.max(LEAST_SIGMA, sigma)),
    stale: isBetter ? 0 : state.stale + 1,
    judged,
  };
}

/** Why the search is over, or undefined. */
export function endOf(plan: SearchPlan, state: SearchState): SearchEnd | undefined {
  const { max_candidates, max_generations, patience } = plan.budget;
  if (state.generation >= SUSPICIOUS && areAlike(plan, state.judged)) return 'identical_fitness';
  if (mutationsOf(state) >= max_candidates) return 'max_candidates';
  if (state.generation >= max_generations) return 'max_generations';
  if (state.stale >= patience) return 'patience';
  const last = state.judged.some(({ generation }) => generation === state.generation - 1);
  return state.generation > 0 && !last ? 'exhausted' : undefined;
}

/** Candidates that were made, without what is in use. */
function mutationsOf({ judged }: SearchState): number {
  return judged.filter(({ id }) => id !== BASELINE).length;
}

/** Those that were measured, with their fitness on a common scale; the best first. */
export function ranked(
  plan: Pick<SearchPlan, 'objectives'>,
  judged: readonly Individual[],
): (Measured & { fitness: number })[] {
  const measured = judged.filter(isMeasured);
  const scale = scaleOf(
    measured.map(({ metrics }) => metrics),
    plan.objectives,
  );
  return measured
    .map((individual) => ({ ...individual, fitness: fitnessOf(individual.metrics, scale, plan.objectives) }))
    .sort((a, b) => b.fitness - a.fitness);
}

/** One that did not fail. */
export type Measured = Individual & { metrics: Metrics };

function isMeasured(individual: Individual): individual is Measured {
  return individual.metrics !== null;
}

function bestOf(plan: SearchPlan, judged: readonly Individual[]): Individual | undefined {
  return ranked(plan, judged)[0];
}

/** Whether all that were measured came out alike in everything: an evaluator that ignores its candidate does that. */
export function areAlike({ objectives }: Pick<SearchPlan, 'objectives'>, judged: readonly Individual[]): boolean {
  const measured = judged.filter(isMeasured);
  if (measured.length < FEWEST_ALIKE) return false;
  return objectives.every(({ metric }) => new Set(measured.map(({ metrics }) => own(metrics, metric))).size === 1);
}

function* genomes(plan: SearchPlan, state: SearchState, random: Random): Generator<Genome> {
  const dimensions = Object.keys(plan.space).length;
  const { population, fresh_inject } = plan.selector;
  const parents = parentsOf(plan, state);
  if (state.generation === 0 || parents.length === 0) yield* latinHypercube(population, dimensions, random);
  const fresh = Math.min(fresh_inject, population - 1);
  for (let index = 0; index < fresh; index += 1) yield anywhere(dimensions, random);
  const [first, ...others] = parents;
  for (let index = 0; first !== undefined && index < population * TRIES; index += 1)
    yield child(plan, state, { parents: [first, ...others], widened: 1 + index / population, random });
  // A space that is nearly used up: whatever is left of it.
  for (let index = 0; index < population * TRIES; index += 1) yield anywhere(dimensions, random);
}

interface Breeding {
  parents: readonly [Parent, ...Parent[]];
  /** Grows with every try that brought nothing new. */
  widened: number;
  random: Random;
}

function child(plan: SearchPlan, state: SearchState, { parents, widened, random }: Breeding): Genome {
  const { tournament_size } = plan.selector;
  const pair = [
    selectParent(parents, tournament_size, random),
    selectParent(parents, tournament_size, random),
  ] as const;
  const mutation = { sigma: state.sigma * widened, swap: plan.mutation.swap };
  return childOf(pair, { space: plan.space, mutation }, random);
}

/** The elite of all, and the best of the last generations. */
function parentsOf(plan: SearchPlan, { judged, generation }: SearchState): Parent[] {
  const { elitism, survivors } = plan.selector;
  const all = ranked(plan, judged);
  const elite = all.slice(0, elitism);
  const recent = all.filter((one) => one.generation >= generation - MEMORY && !elite.includes(one));
  return [...elite, ...recent.slice(0, Math.max(1, survivors - elite.length))];
}

function candidateOf({ space }: SearchPlan, genome: Genome, params = decode(space, genome)) {
  return { genome: genome.map((gene) => Number(gene.toFixed(6))), params };
}

function individualOf({ id, genome, params }: Proposal, evaluation: Evaluation, generation: number): Individual {
  const { durationMs } = evaluation;
  const common = { id, genome, params, generation, durationMs };
  if (evaluation.ok) return { ...common, metrics: evaluation.metrics, spread: evaluation.spread, failure: null };
  const { error_type, error_message } = evaluation.failure;
  return { ...common, metrics: null, spread: {}, failure: `${error_type}: ${error_message}` };
}
