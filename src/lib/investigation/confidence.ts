/** What the confidence in a reading of code is computed from; each ratio is 0..1. */
export interface ReadingQuality {
  /** Files that parse, among the source files that were to be read (those left out count as not read). */
  readRatio: number;
  /** Where the purpose comes from: `declared` by the package or its README, `docstring` of one of its parts, or `structure`. */
  purposeFrom: PurposeSource;
  /** Public names that have a docstring or JSDoc, among all public names. */
  documentedRatio: number;
  hasPublicApi: boolean;
  /** Somebody imports it, or it is started by itself. */
  isUsed: boolean;
  hasTests: boolean;
}

/** What a statement of purpose rests on. */
export type PurposeSource = 'declared' | 'docstring' | 'structure';

const BASE = 0.25;
const PURPOSE: Readonly<Record<PurposeSource, number>> = { declared: 0.25, docstring: 0.15, structure: 0 };
const DOCUMENTED = 0.2;
const PUBLIC_API = 0.1;
const USED = 0.1;
const TESTED = 0.05;
const DECIMALS = 100;

/**
 * Confidence in what was read from code, 0..1 with two decimals: at most 0.95, because reading is not running,
 * and in proportion to how much of the code could be read (docs/investigation.md).
 */
export function readingConfidence(quality: ReadingQuality): number {
  const said = PURPOSE[quality.purposeFrom] + DOCUMENTED * quality.documentedRatio;
  const seen = (quality.hasPublicApi ? PUBLIC_API : 0) + (quality.isUsed ? USED : 0) + (quality.hasTests ? TESTED : 0);
  return rounded((BASE + said + seen) * quality.readRatio);
}

/** What the confidence in an incident's evidence is computed from. */
export interface IncidentQuality {
  /** Units, logs and paths that the question names. */
  named: number;
  /** Those among them that could be looked at. */
  reached: number;
  /** They show what is wrong: a failed unit, lines that report errors. */
  showsCause: boolean;
}

const GIVEN_ONLY = 0.1;
const REACHED = 0.4;
const CAUSE = 0.3;

/** Confidence in what was gathered about an incident, 0..1: what the question itself says counts 0.1, at most 0.8. */
export function incidentConfidence({ named, reached, showsCause }: IncidentQuality): number {
  const share = named === 0 ? 0 : reached / named;
  return rounded(GIVEN_ONLY + REACHED * share + (showsCause ? CAUSE : 0));
}

function rounded(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * DECIMALS) / DECIMALS;
}
