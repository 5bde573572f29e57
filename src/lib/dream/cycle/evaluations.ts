import { appendJsonLines, readRows } from '../../base/json-lines.js';
import { z } from 'zod';
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

const numbers = z.record(z.string(), z.number());
const shape = z.object({
  experiment: z.string(),
  id: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  evaluation: z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), metrics: numbers, spread: numbers }),
    z.object({ ok: z.literal(false), failure: z.object({ error_type: z.string(), error_message: z.string() }) }),
  ]),
});
const rowSchema = z.custom<EvaluationRow>((value) => shape.safeParse(value).success);

/** The candidates that an `evaluations.jsonl` has; none where the file is gone. */
export function readEvaluations(path: string): Promise<EvaluationRow[]> {
  return readRows(path, rowSchema);
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

  /** Reads what is there; a torn line is a candidate that was not judged. */
  static async open(path: string): Promise<EvaluationLog> {
    const known = new Map<string, Evaluation>();
    for (const { experiment, params, evaluation } of await readEvaluations(path))
      known.set(`${experiment} ${keyOf(params)}`, evaluation);
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
