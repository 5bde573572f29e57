import { incidentConfidence } from './confidence.js';
import { failureInWords, type InvestigationFailure } from './failure.js';
import { readLogEvidence, troubleIn, type Finding } from './log-evidence.js';
import type { Question, Subject } from './question.js';
import { locate } from './source-roots.js';
import { readUnitEvidence, type UnitTools } from './unit-evidence.js';

/** Where an incident may be looked into. */
export interface IncidentScope {
  /** Real paths of the source roots and of the colony's home. */
  roots: readonly string[];
  tools: UnitTools;
  abort: AbortSignal;
}

/** What is known about an incident after looking. */
export interface Incident {
  hypothesis: string;
  findings: Finding[];
  confidence: number;
  /** Present where nothing could be looked at. */
  failure?: InvestigationFailure;
}

/** Gathers what the units, logs and paths show that a question names. */
export async function lookInto(
  question: Question,
  subject: Extract<Subject, { kind: 'incident' }>,
  scope: IncidentScope,
): Promise<Incident> {
  const units = await Promise.all(subject.units.map((unit) => readUnitEvidence(unit, scope.tools, scope.abort)));
  const files = await Promise.all(subject.paths.map((path) => readPath(path, scope.roots)));
  const findings = [...units, ...files.map(({ finding }) => finding)];
  const reached = findings.filter((finding) => finding.reached);
  const confidence = incidentConfidence({
    named: findings.length,
    reached: reached.length,
    showsCause: reached.some(({ showsCause }) => showsCause),
  });
  const hypothesis = hypothesisOf(question, findings);
  if (reached.length > 0 || saysSomething(question)) return { hypothesis, findings, confidence };
  const refused = files.map(({ failure }) => failure).find((failure) => failure !== undefined);
  return { hypothesis, findings, confidence: 0, failure: refused ?? nothingNamed(findings) };
}

async function readPath(
  path: string,
  roots: readonly string[],
): Promise<{ finding: Finding; failure?: InvestigationFailure }> {
  const location = await locate(path, roots);
  if ('found' in location) return { finding: await readLogEvidence(location.found.real) };
  const { failure } = location;
  return {
    failure,
    finding: { subject: path, reached: false, showsCause: false, lines: [`path:${path} ${failureInWords(failure)}`] },
  };
}

/** Free text that the asker observed is evidence too, if little of it. */
function saysSomething({ evidence }: Question): boolean {
  return evidence.some((line) => !/^(?:path|source):/i.test(line));
}

function hypothesisOf(question: Question, findings: readonly Finding[]): string {
  const cause = findings.find(({ showsCause }) => showsCause) ?? findings.find(({ reached }) => reached);
  if (cause !== undefined) return hypothesisFrom(cause);
  const unit = findings.find(isUnit);
  const reported = unit && troubleIn([question.question, ...question.evidence].join('\n')).length > 0;
  return reported ? `SERVICE_FAILURE_${unit.subject}` : (question.hypothesis ?? `UNRESOLVED_${question.questionId}`);
}

function hypothesisFrom(finding: Finding): string {
  const about = isUnit(finding) ? 'SERVICE_FAILURE' : 'LOGGED_TROUBLE';
  return `${finding.showsCause ? about : `NO_${about}`}_${finding.subject}`;
}

function isUnit({ subject }: Finding): boolean {
  return !subject.includes('/');
}

function nothingNamed(findings: readonly Finding[]): InvestigationFailure {
  const tried = findings.flatMap(({ lines }) => lines);
  return {
    type: 'nothing_to_look_at',
    message: 'Nothing that the question names can be looked at',
    why: tried.length > 0 ? tried.join('; ') : 'it names no module, unit, log or path',
    next: ['ask again with evidence: "path:<file or folder>", or the name of a systemd unit'],
  };
}
