import { currentBaseline } from '../baseline.js';
import type { Experiment } from '../experiment.js';
import { findExperiment } from '../find-experiment.js';
import type { ExperimentResult } from '../result.js';
import { scaleOf, type Objective } from '../search/fitness.js';
import { areAlike, BASELINE, endOf, learn, newSearch, propose, ranked, type SearchPlan } from '../search/search.js';
import { objectivesOf, searchPlanOf } from '../search-plan.js';
import type { TournamentOrder } from '../tournament/record.js';
import type { CycleContext } from './context.js';
import { judgeAll, type Judged } from './generation.js';
import { progressOf, writeProgress } from './progress.js';
import { historyOf, parameterEffects, paretoOf } from './summaries.js';
import type { CurrentExperiment, CycleState } from './state.js';

/** Share of an experiment's time in which candidates are begun; the rest is for the tournament. */
const SEARCH_SHARE = 0.6;

/** The next experiment of a cycle, at its beginning. */
export async function beginExperiment(state: CycleState, context: CycleContext): Promise<CycleState> {
  const [name = '', ...waiting] = state.waiting;
  const experiment = findExperiment(context.experiments, name);
  const { params: baseline } = await currentBaseline(experiment, context.deployRoot);
  const nowMs = context.clock.nowMs();
  const shareMs = (SEARCH_SHARE * (state.deadlineMs - nowMs)) / state.waiting.length;
  const limitMs =
    Math.min(experiment.budget.wallclock_sec, context.experiments.run.global_budget.wallclock_sec ?? Infinity) * 1_000;
  const search = newSearch(planOf(state, context, { name, baseline }));
  const current = { name, phase: 'search' as const, baseline, search, endedBy: null };
  return { ...state, waiting, current: { ...current, searchUntilMs: nowMs + Math.min(limitMs, shareMs) } };
}

/** One generation of the search, or its end. */
export async function searchOn(
  state: CycleState,
  current: CurrentExperiment,
  context: CycleContext,
): Promise<CurrentExperiment> {
  const plan = planOf(state, context, current);
  const ended =
    endOf(plan, current.search) ?? (context.clock.nowMs() >= current.searchUntilMs ? 'wallclock' : undefined);
  if (ended !== undefined) return { ...current, phase: 'tournament', endedBy: ended };
  const experiment = findExperiment(context.experiments, current.name);
  const proposals = propose(plan, current.search);
  if (proposals.length === 0) return { ...current, phase: 'tournament', endedBy: 'exhausted' };
  const soFar: Judged[] = [];
  const tell = async () => {
    const search = learn(plan, current.search, soFar);
    const underway = { plan, search, candidates: proposals.length, judged: soFar.length };
    const progress = progressOf(state, current.name, underway);
    context.watch?.progress?.(progress);
    await writeProgress(context.dreamLab, progress);
  };
  await tell();
  const onJudged = async (one: Judged) => {
    soFar.push(one);
    await tell();
  };
  const judged = await judgeAll(experiment, proposals, { state, context, untilMs: current.searchUntilMs, onJudged });
  const search = learn(plan, current.search, judged);
  const summary = historyOf(search, plan.objectives).at(-1);
  if (summary !== undefined) context.watch?.learned?.(current.name, summary);
  return { ...current, search };
}

/** The tournament that decides between the best of a search, or why there is none to play. */
export function afterSearch(
  state: CycleState,
  current: CurrentExperiment,
  context: CycleContext,
): { order: TournamentOrder } | { result: ExperimentResult } {
  const { experiment, objectives } = partsOf(current, context);
  const failure = failureOfSearch(current, objectives);
  if (failure !== null) return { result: resultOf(current, objectives, { failure }) };
  const all = ranked({ objectives }, current.search.judged);
  const entrants = all.filter(({ id }) => id !== BASELINE).slice(0, experiment.selector.bracket);
  const order = {
    tournament_id: `${state.cycleId}/${current.name}`,
    cycle_id: state.cycleId,
    experiment: current.name,
    deadline: new Date(state.deadlineMs).toISOString(),
    entrants: entrants.map(({ id, params }) => ({ id, params })),
    baseline: { id: BASELINE, params: current.baseline },
    scale: scaleOf(
      all.map(({ metrics }) => metrics),
      objectives,
    ),
  };
  return { order };
}

/** The result of an experiment without what a tournament would say of it. */
export function resultOf(
  current: CurrentExperiment,
  objectives: readonly Objective[],
  parts: Partial<ExperimentResult>,
): ExperimentResult {
  const failure = parts.failure ?? null;
  const measured = ranked({ objectives }, current.search.judged).find(({ id }) => id === BASELINE);
  return {
    experiment: current.name,
    success: failure === null,
    failure,
    winner: null,
    baseline:
      measured === undefined
        ? null
        : { params: current.baseline, metrics: measured.metrics, fitness: measured.fitness },
    fitness_improvement: null,
    ended_by: current.endedBy ?? 'stopped',
    failures: [],
    alarms: failure?.error_type === 'IdenticalFitness' ? [failure.error_message] : [],
    objectives: [...objectives],
    pareto: paretoOf(current.search, objectives),
    effects: parameterEffects(current.search, objectives),
    history: historyOf(current.search, objectives),
    ...parts,
  };
}

/** An experiment with its objectives. */
export function partsOf(
  { name }: CurrentExperiment,
  { experiments }: CycleContext,
): { experiment: Experiment; objectives: Objective[] } {
  const experiment = findExperiment(experiments, name);
  return { experiment, objectives: objectivesOf(experiments, experiment) };
}

/** The search of an experiment within its cycle. */
export function planOf(
  state: CycleState,
  { experiments }: Pick<CycleContext, 'experiments'>,
  { name, baseline }: Pick<CurrentExperiment, 'name' | 'baseline'>,
): SearchPlan {
  const { seed, mutations: idOffset } = state;
  return searchPlanOf(experiments, findExperiment(experiments, name), { seed, baseline, idOffset });
}

function failureOfSearch(
  { search: { judged } }: CurrentExperiment,
  objectives: readonly Objective[],
): ExperimentResult['failure'] {
  const failed = (error_type: string, error_message: string) => ({ error_type, error_message });
  const inUse = judged.find(({ id }) => id === BASELINE);
  const others = judged.filter(({ id }) => id !== BASELINE);
  if (inUse === undefined) return failed('NoTime', 'the time was over before anything was judged');
  if (inUse.metrics === null)
    return failed('BaselineFailed', `what is in use cannot be judged: ${inUse.failure ?? ''}`);
  // However the search ended: one generation may be all that its budget allows.
  if (areAlike({ objectives }, judged)) {
    const measured = judged.filter(({ metrics }) => metrics !== null).length;
    const alike = `all ${measured} candidates that were measured came out exactly the same`;
    return failed('IdenticalFitness', `${alike}: the evaluator seems to ignore its parameters`);
  }
  if (others.every(({ metrics }) => metrics === null)) {
    const [first] = others;
    return failed(
      'AllCandidatesFailed',
      first === undefined
        ? 'there was no candidate besides what is in use'
        : `all ${others.length} candidates failed, the first by ${first.failure ?? ''}`,
    );
  }
  return null;
}
