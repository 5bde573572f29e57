import { failureInWords, type InvestigationFailure } from './failure.js';
import { lookInto } from './incident.js';
import type { Question, Subject } from './question.js';
import { contentHash } from './read-source.js';
import type { InvestigationRecord, Skipped } from './record.js';
import { dottedPath, locate, locateByName, realPathOf, realRoots } from './source-roots.js';
import type { SourceLimits } from './source-files.js';
import type { SurveyPool } from './survey-pool.js';
import { understand, type Understanding } from './understanding.js';
import type { UnitTools } from './unit-evidence.js';

/** Where an investigator may look, and with what. */
export interface Scope {
  /** As configured (D9). */
  sourceRoots: readonly string[];
  /** The colony's home: its logs may be read. */
  home: string;
  limits: SourceLimits;
  cachePath: string;
  pool: SurveyPool;
  tools: UnitTools;
  /** Whether the registry has a module, by its name or dotted path. */
  isKnown(name: string, dottedPath: string): Promise<boolean>;
}

/** What looking showed: the part of a record that does not depend on who asked and when. */
export interface Seen {
  /** Fields of the record that only some questions have. */
  fields: Partial<InvestigationRecord>;
  hypothesis: string;
  evidence_hash: string;
  investigation_method: string;
  confidence: number;
  /** Evidence found, after what the question brought. */
  found: string[];
  failure?: InvestigationFailure;
}

/** Looks at what a question is about. */
export async function look(question: Question, subject: Subject, around: Around): Promise<Seen> {
  return subject.kind === 'module' ? lookAtModule(subject, around) : lookAtIncident(question, subject, around);
}

interface Around {
  scope: Scope;
  abort: AbortSignal;
}
type ModuleSubject = Extract<Subject, { kind: 'module' }>;
type IncidentSubject = Extract<Subject, { kind: 'incident' }>;

async function lookAtModule(subject: ModuleSubject, { scope, abort }: Around): Promise<Seen> {
  const roots = await realRoots(scope.sourceRoots);
  const location = await (subject.path === undefined ? locateByName(subject.name, roots) : locate(subject.path, roots));
  if ('failure' in location) return failed(await moduleHypothesis(subject.name, '', scope), location.failure);
  const { real, root } = location.found;
  const fields = { module_name: subject.name, module_path: dottedPath(location.found), module_dir: real };
  const hypothesis = await moduleHypothesis(subject.name, fields.module_path, scope);
  const request = { module: real, root, roots, limits: scope.limits, cachePath: scope.cachePath };
  const survey = await scope.pool.survey(request, abort);
  if (survey.files.length === 0) return { ...failed(hypothesis, noSource(real, survey.skipped)), fields };
  const understanding = understand(subject.name, survey);
  return {
    fields: { ...understanding, ...fields },
    investigation_method: 'static_analysis',
    hypothesis,
    confidence: understanding.confidence,
    evidence_hash: survey.evidenceHash,
    found: evidenceFound(understanding),
  };
}

function evidenceFound({ language, files_analyzed, structure, imported_by }: Understanding): string[] {
  return [
    `language:${language}`,
    `files:${files_analyzed.length}`,
    `lines:${structure.total_lines}`,
    `public_names:${structure.public_api.length}`,
    ...imported_by.map((file) => `imported_by:${file}`),
    ...structure.entry_points.map((entry) => `entry_point:${entry}`),
    ...structure.parse_errors.map((error) => `parse_error:${error}`),
  ];
}

async function moduleHypothesis(name: string, path: string, scope: Scope): Promise<string> {
  return `${(await scope.isKnown(name, path)) ? 'KNOWN' : 'UNDISCOVERED'}_MODULE_${name}`;
}

async function lookAtIncident(question: Question, subject: IncidentSubject, { scope, abort }: Around): Promise<Seen> {
  const home = await realPathOf(scope.home);
  const roots = [...(await realRoots(scope.sourceRoots)), ...(home === undefined ? [] : [home])];
  const incident = await lookInto(question, subject, { roots, tools: scope.tools, abort });
  const found = incident.findings.flatMap(({ lines }) => lines);
  return {
    fields: {},
    investigation_method: 'incident_evidence',
    hypothesis: incident.hypothesis,
    confidence: incident.confidence,
    evidence_hash: contentHash(JSON.stringify([question.evidence, incident.findings])),
    found,
    ...(incident.failure ? { failure: incident.failure } : {}),
  };
}

function failed(hypothesis: string, failure: InvestigationFailure): Seen {
  return {
    fields: { module_name: hypothesis.replace(/^[A-Z]+_MODULE_/, '') },
    investigation_method: 'static_analysis',
    hypothesis,
    confidence: 0,
    evidence_hash: contentHash(failureInWords(failure)),
    found: [],
    failure,
  };
}

function noSource(path: string, skipped: readonly Skipped[]): InvestigationFailure {
  const left = skipped.map((one) => `${one.path} (${one.reason})`).join(', ');
  return {
    type: 'no_source',
    message: `${path} holds no source code that can be read`,
    why: `there is no Python, TypeScript or JavaScript file in it${left === '' ? '' : `, and this was left out: ${left}`}`,
    next: ['name a folder with code in it'],
  };
}
