import { appendJsonLines, readJsonLines } from '../../base/json-lines.js';
import type { Evaluation } from '../evaluation.js';
import { keyOf } from '../search/genome.js';
import type { Params } from '../parameter.js';

/** One line of `evaluations.jsonl`. */
export interface EvaluationRow {
  experiment: string;
  id: string;
  params: Params;
  evaluation: Evaluation;
}

/** Every candidate of a cycle that was judged; after a crash none of them is judged again. */
export class EvaluationLog {
  readonly #path: string;
  readonly #known: Map<string, Evaluation>;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(path: string, known: Map<string, Evaluation>) {
    this.#path = path;
    this.#known = known;
  }

  /** Reads what is there; a torn last line is a candidate that was not judged. */
  static async open(path: string): Promise<EvaluationLog> {
    const known = new Map<string, Evaluation>();
    for await (const { value, complete } of readJsonLines(path)) {
      if (value === undefined || !complete) continue;
      const { experiment, params, evaluation } = value as EvaluationRow;
      known.set(`${experiment} ${keyOf(params)}`, evaluation);
    }
    return new EvaluationLog(path, known);
  }

  find(experiment: string, params: Params): Evaluation | undefined {
    return this.#known.get(`${experiment} ${keyOf(params)}`);
  }

  /** Durable when it resolves; one line after the other, however many are judged at once. */
  async add(row: EvaluationRow): Promise<void> {
    const writing = this.#writing.then(() => appendJsonLines(this.#path, [row]));
    this.#writing = writing.catch(() => undefined); // Whoever wrote that line is told.
    await writing;
  }
}
