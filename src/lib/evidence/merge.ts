import type { PhraseMeasure, Verdict } from './measure.js';
import type { Answer, ModuleEvidence, Source, Statement } from './module-evidence.js';
import type { Report } from './report.js';

/** Newest answers kept of one subject. */
const ANSWERS_KEPT = 50;
/** Newest sources kept of one statement. */
const SOURCES_KEPT = 20;

/** Every phrase that a merge will compare, to be prepared in one go. */
export function phrasesToCompare(evidence: ModuleEvidence, report: Report): string[] {
  return [...report.provides, ...evidence.provides.map((statement) => statement.text)];
}

/** The evidence with a report merged in; merging the same report again changes nothing. */
export function mergeReport(evidence: ModuleEvidence, report: Report, measure: PhraseMeasure): ModuleEvidence {
  const source = sourceOf(report.answer);
  const answers = withAnswer(evidence.answers, report.answer);
  const merge = (statements: readonly Statement[], texts: readonly string[], same: Same) =>
    withCurrent(
      texts.reduce((all, text) => withText(all, { text, source, same }), [...statements]),
      answers,
    );
  return {
    ...evidence,
    provides: merge(evidence.provides, report.provides, (a, b) => measure.verdict(a, b)),
    uses: merge(evidence.uses, report.uses, sameIdentifier),
    used_by: merge(evidence.used_by, report.usedBy, sameIdentifier),
    answers,
  };
}

type Same = (a: string, b: string) => Verdict;

/** Names of modules and files are the same only when they are written the same. */
function sameIdentifier(a: string, b: string): Verdict {
  return { same: a === b, score: a === b ? 1 : 0, decidedBy: 'same-words' };
}

function sourceOf({ investigation_id, question_id, evidence_hash, at }: Answer): Source {
  return { investigation_id, question_id, evidence_hash, at };
}

function withAnswer(answers: readonly Answer[], answer: Answer): Answer[] {
  const others = answers.filter((known) => known.investigation_id !== answer.investigation_id);
  return [...others, answer].sort((a, b) => order(a.at, b.at)).slice(-ANSWERS_KEPT);
}

interface Addition {
  text: string;
  source: Source;
  same: Same;
}

function withText(statements: readonly Statement[], addition: Addition): Statement[] {
  const best = bestMatch(statements, addition);
  if (best === undefined) {
    return [...statements, { text: addition.text, also: [], sources: [addition.source], current: true }];
  }
  const merged = joined(best.statement, addition, best.verdict);
  return statements.map((statement) => (statement === best.statement ? merged : statement));
}

function bestMatch(statements: readonly Statement[], { text, same }: Addition) {
  const wordings = (statement: Statement) => [statement.text, ...statement.also.map((other) => other.text)];
  const known = statements.find((statement) => wordings(statement).includes(text));
  if (known) return { statement: known, verdict: undefined };
  return statements
    .map((statement) => ({ statement, verdict: same(statement.text, text) }))
    .filter(({ verdict }) => verdict.same)
    .sort((a, b) => b.verdict.score - a.verdict.score)[0];
}

function joined(statement: Statement, { text, source }: Addition, verdict: Verdict | undefined): Statement {
  const others = statement.sources.filter((known) => known.investigation_id !== source.investigation_id);
  const wording = verdict && { text, score: round(verdict.score), decided_by: verdict.decidedBy };
  return {
    ...statement,
    also: wording ? [...statement.also, wording] : statement.also,
    sources: [...others, source].sort((a, b) => order(a.at, b.at)).slice(-SOURCES_KEPT),
  };
}

function withCurrent(statements: readonly Statement[], answers: readonly Answer[]): Statement[] {
  const newest = new Map(answers.map((answer) => [answer.question_id, answer.investigation_id]));
  return statements.map((statement) => ({
    ...statement,
    current: statement.sources.some((source) => newest.get(source.question_id) === source.investigation_id),
  }));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function round(score: number): number {
  return Math.round(score * 1_000) / 1_000;
}
