import { missingEvaluator } from './evaluator.js';
import type { Experiments } from './experiment-file.js';
import type { Experiment } from './experiment.js';
import { currentBaseline, type Baseline } from './baseline.js';
import { valuesOf, type Parameter } from './parameter.js';

/** An experiment as `dream list` shows it. */
export interface ExperimentOverview {
  name: string;
  description: string | null;
  enabled: boolean;
  topics: string[];
  /** Each parameter in a few words. */
  parameters: Record<string, string>;
  metrics: Record<string, 'up' | 'down' | 'neutral'>;
  evaluator: string[];
  /** Why it cannot run, or null. */
  problem: string | null;
  baseline: Baseline;
}

/** What there is to search, and whether it could be. */
export async function overviewOf(experiments: Experiments, deployRoot: string): Promise<ExperimentOverview[]> {
  return Promise.all(experiments.experiments.map((experiment) => overview(experiment, experiments.folder, deployRoot)));
}

async function overview(experiment: Experiment, folder: string, deployRoot: string): Promise<ExperimentOverview> {
  const parameters = Object.entries(experiment.search_space).map(([name, one]) => [name, parameterInWords(one)]);
  return {
    name: experiment.name,
    description: experiment.description ?? null,
    enabled: experiment.enabled,
    topics: experiment.topics,
    parameters: Object.fromEntries(parameters) as Record<string, string>,
    metrics: experiment.metrics.target_direction,
    evaluator: experiment.evaluator.command,
    problem: (await missingEvaluator(experiment, folder)) ?? null,
    baseline: await currentBaseline(experiment, deployRoot),
  };
}

function parameterInWords(parameter: Parameter): string {
  const values = valuesOf(parameter)?.join(' | ');
  const range = 'min' in parameter ? `${parameter.min} to ${parameter.max}` : '';
  const scale = 'scale' in parameter && parameter.scale === 'log' ? ', log' : '';
  const when = Object.entries(parameter.when ?? {}).map(([name, wanted]) => ` if ${name} is ${wanted.join(' or ')}`);
  return `${values ?? `${range}${scale}`}${when.join(' and')}`;
}
