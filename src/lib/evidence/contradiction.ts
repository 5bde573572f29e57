import type { Likeness, Opposition } from './likeness.js';
import type { PhraseMeasure } from './measure.js';
import type { Answer } from './module-evidence.js';

/** In what two answers contradict each other. */
export interface Contradiction {
  kind: 'hypothesis' | 'purpose' | 'capability';
  /** The statements that cannot both hold. */
  between: [string, string];
}

/** Contraries are alike in everything but the contrary; below this they are merely different things. */
const CONTRARY_FROM = 0.7;
/** Two purposes of the same evidence that have less than this in common were not read from the same code. */
const UNRELATED_BELOW = 0.15;
/** Share of the capabilities that two answers must have in common to be one answer. */
const DUPLICATE_FROM = 0.8;

/** Whether two answers about one subject cannot both be right. */
export function contradicts(a: Answer, b: Answer, measure: PhraseMeasure): Contradiction | undefined {
  return differingHypotheses(a, b) ?? differingPurposes(a, b, measure) ?? contraryCapabilities(a, b, measure);
}

/** Whether two answers say the same. */
export function duplicates(a: Answer, b: Answer, measure: PhraseMeasure): boolean {
  if (normalHypothesis(a.hypothesis) !== normalHypothesis(b.hypothesis)) return false;
  if (!samePurpose(a.purpose, b.purpose, measure)) return false;
  return coverage(a, b, measure) >= DUPLICATE_FROM && coverage(b, a, measure) >= DUPLICATE_FROM;
}

/** Only answers to one question have hypotheses about one thing. */
function differingHypotheses(a: Answer, b: Answer): Contradiction | undefined {
  if (a.question_id !== b.question_id || a.hypothesis === null || b.hypothesis === null) return undefined;
  const same = normalHypothesis(a.hypothesis) === normalHypothesis(b.hypothesis);
  return same ? undefined : { kind: 'hypothesis', between: [a.hypothesis, b.hypothesis] };
}

// A module that was undiscovered and is registered by now is no contradiction: the registry changed, not the code.
function normalHypothesis(hypothesis: string | null): string {
  return (hypothesis ?? '').replace(/^(?:UNDISCOVERED|KNOWN)_MODULE_/, 'MODULE_');
}

function differingPurposes(a: Answer, b: Answer, measure: PhraseMeasure): Contradiction | undefined {
  if (a.purpose === null || b.purpose === null) return undefined;
  const likeness = measure.likeness(a.purpose, b.purpose);
  const unrelated = a.evidence_hash === b.evidence_hash && likeness.apart < UNRELATED_BELOW;
  const same = measure.verdict(a.purpose, b.purpose).same;
  const contrary = isContrary(likeness, ['negation', 'antonym', 'direction', 'number']);
  return contrary || (unrelated && !same) ? { kind: 'purpose', between: [a.purpose, b.purpose] } : undefined;
}

/** A module may well both lock and unlock: only what the other answer lacks can contradict it. */
function contraryCapabilities(a: Answer, b: Answer, measure: PhraseMeasure): Contradiction | undefined {
  const onlyA = lacking(a.capabilities, b.capabilities, measure);
  const onlyB = lacking(b.capabilities, a.capabilities, measure);
  for (const x of onlyA) {
    const y = onlyB.find((other) => isContrary(measure.likeness(x, other), ['negation', 'antonym']));
    if (y !== undefined) return { kind: 'capability', between: [x, y] };
  }
  return undefined;
}

function isContrary({ apart, opposition }: Likeness, kinds: readonly Opposition['kind'][]): boolean {
  return opposition !== undefined && kinds.includes(opposition.kind) && apart >= CONTRARY_FROM;
}

function lacking(texts: readonly string[], others: readonly string[], measure: PhraseMeasure): string[] {
  return texts.filter((text) => !others.some((other) => measure.verdict(text, other).same));
}

function samePurpose(a: string | null, b: string | null, measure: PhraseMeasure): boolean {
  if (a === null || b === null) return a === b;
  return measure.verdict(a, b).same;
}

function coverage(a: Answer, b: Answer, measure: PhraseMeasure): number {
  if (a.capabilities.length === 0) return 1;
  return 1 - lacking(a.capabilities, b.capabilities, measure).length / a.capabilities.length;
}
