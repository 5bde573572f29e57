import { own } from '../base/own.js';
import { SELECTOR, type Experiment } from './experiment.js';

/** What was written for another program, and what it means here. */
interface Legacy {
  at: PropertyKey[];
  why: string;
}

type Row = Record<string, unknown>;
type Existing = Pick<Experiment, 'selector' | 'metrics' | 'search_space'>;

/** Evaluators given as a Python class in a file: a class cannot be called from outside, a command can. */
export function legacyEvaluators(value: unknown): Legacy[] {
  const experiments: unknown = isRow(value) ? value['experiments'] : undefined;
  if (!Array.isArray(experiments)) return [];
  return experiments.flatMap((experiment: unknown, index) => {
    const evaluator: unknown = isRow(experiment) ? experiment['evaluator'] : undefined;
    if (!isRow(evaluator) || 'command' in evaluator) return [];
    const named = ['path', 'class'].filter((key) => Object.hasOwn(evaluator, key));
    if (named.length === 0) return [];
    const file = typeof evaluator['path'] === 'string' ? evaluator['path'] : 'evaluator.py';
    const line = `command: ["python3", ${JSON.stringify(file)}]`;
    const why = `names a Python class, which only Python can call; write ${line} and let that file read the candidate as JSON from stdin and print its metrics as JSON`;
    return [{ at: ['experiments', index, 'evaluator', ...named.slice(0, 1)], why }];
  });
}

/** What an existing file may say, and is done in another way here. */
export function existingWays(experiments: readonly Existing[], value: unknown): Legacy[] {
  const raw = isRow(value) && Array.isArray(value['experiments']) ? (value['experiments'] as Row[]) : [];
  return experiments.flatMap(({ selector, metrics, search_space }, index) => {
    const at = (...path: string[]) => ['experiments', index, ...path];
    const kind = `${JSON.stringify(selector.kind)} is not known: parents are chosen by ${SELECTOR}`;
    const negative = Object.keys(metrics.weights).filter((name) => (own(metrics.weights, name) ?? 0) < 0);
    const space = isRow(raw[index]?.['search_space']) ? raw[index]['search_space'] : {};
    return [
      ...(selector.kind === SELECTOR ? [] : [{ at: at('selector', 'kind'), why: kind }]),
      ...negative.map((name) => ({ at: at('metrics', 'weights', name), why: NEGATIVE })),
      ...Object.keys(search_space)
        .filter((name) => hasLists(own(space, name)))
        .map((name) => ({ at: at('search_space', name), why: LISTS })),
    ];
  });
}

const NEGATIVE = 'is negative: it counts without its sign, since target_direction says what is better';
const LISTS = 'has values that are lists or maps: the evaluator gets each as its JSON text';

function hasLists(parameter: unknown): boolean {
  const values: unknown = isRow(parameter) ? parameter['values'] : parameter;
  return Array.isArray(values) && values.some((one) => typeof one === 'object' && one !== null);
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
