import { contradicts, duplicates } from './contradiction.js';
import type { PhraseMeasure } from './measure.js';
import type { Answer, ModuleEvidence } from './module-evidence.js';

/** Why a question is to be asked again. */
export interface Reinvestigation {
  /** One sentence for people. */
  reason: string;
  /** Under this key it is asked once: `reinvestigated:<question id>:<evidence hash>`. */
  key: string;
}

/**
 * Whether an answer, held against what is known, calls for another look: it contradicts the newest answer to a question
 * about the same subject, or it repeats an answer to its own question although the evidence has changed since.
 */
export function reinvestigationOf(
  evidence: ModuleEvidence,
  answer: Answer,
  measure: PhraseMeasure,
): Reinvestigation | undefined {
  const earlier = newestPerQuestion(evidence, answer);
  const reason = contradictionIn(earlier, answer, measure) ?? staleDuplicateIn(earlier, answer, measure);
  return reason === undefined ? undefined : { reason, key: keyOf(answer) };
}

/** Phrases that the decision compares as wholes. */
export function purposesToCompare(evidence: ModuleEvidence, answer: Answer): string[] {
  const answers = [answer, ...newestPerQuestion(evidence, answer)];
  return answers.flatMap((known) => [known.purpose ?? [], known.capabilities].flat());
}

function newestPerQuestion(evidence: ModuleEvidence, answer: Answer): Answer[] {
  const others = evidence.answers.filter((known) => known.investigation_id !== answer.investigation_id);
  return [...new Map(others.map((known) => [known.question_id, known])).values()];
}

function contradictionIn(earlier: readonly Answer[], answer: Answer, measure: PhraseMeasure): string | undefined {
  for (const known of earlier) {
    const found = contradicts(known, answer, measure);
    if (found === undefined) continue;
    const [before, now] = found.between.map((text) => JSON.stringify(text));
    return `Two answers contradict each other in their ${found.kind}: ${before} (${known.investigation_id}), ${now} (${answer.investigation_id})`;
  }
  return undefined;
}

function staleDuplicateIn(earlier: readonly Answer[], answer: Answer, measure: PhraseMeasure): string | undefined {
  const known = earlier.find((other) => other.question_id === answer.question_id);
  if (known === undefined || known.evidence_hash === answer.evidence_hash) return undefined;
  if (!duplicates(known, answer, measure)) return undefined;
  return `The answer repeats that of ${known.investigation_id}, but its evidence has changed since`;
}

function keyOf({ question_id, evidence_hash }: Answer): string {
  return `reinvestigated:${question_id}:${evidence_hash}`;
}
