/** An evaluator that was written for another program, and the line to write instead. */
interface Legacy {
  at: PropertyKey[];
  why: string;
}

type Row = Record<string, unknown>;

/** Evaluators given as a Python class in a file: a class cannot be called from outside, a command can. */
export function legacyEvaluators(value: unknown): Legacy[] {
  const experiments: unknown = isRow(value) ? value['experiments'] : undefined;
  if (!Array.isArray(experiments)) return [];
  return experiments.flatMap((experiment: unknown, index) => {
    const evaluator: unknown = isRow(experiment) ? experiment['evaluator'] : undefined;
    if (!isRow(evaluator) || 'command' in evaluator) return [];
    const named = ['path', 'class'].filter((key) => key in evaluator);
    if (named.length === 0) return [];
    const file = typeof evaluator['path'] === 'string' ? evaluator['path'] : 'evaluator.py';
    const line = `command: ["python3", ${JSON.stringify(file)}]`;
    const why = `names a Python class, which only Python can call; write ${line} and let that file read the candidate as JSON from stdin and print its metrics as JSON`;
    return [{ at: ['experiments', index, 'evaluator', ...named.slice(0, 1)], why }];
  });
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
