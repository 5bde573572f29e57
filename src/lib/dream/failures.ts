import { cutTextStart } from '../base/cut-text.js';
import type { EvaluationRow } from './cycle/evaluations.js';
import type { FailureGroup } from './result.js';

const STDERR_CHARS = 2_000;

/** Candidates that failed, by how they failed, the most first; each group with the first of it as a sample. */
export function failuresOf(rows: readonly EvaluationRow[]): FailureGroup[] {
  const groups = new Map<string, FailureGroup>();
  for (const { id: candidate, evaluation } of rows) {
    if (evaluation.ok) continue;
    const { error_type, error_message, stderr } = evaluation.failure;
    const known = groups.get(error_type);
    const sample = { candidate, error_message, stderr: cutTextStart(stderr, STDERR_CHARS) };
    groups.set(error_type, known ? { ...known, count: known.count + 1 } : { error_type, count: 1, ...sample });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}
