import { readingConfidence } from './confidence.js';
import { entryPointsOf } from './entry-points.js';
import type { FileSymbol, Language } from './file-facts.js';
import { capabilitiesOf, publicApi } from './public-api.js';
import { purposeOf } from './purpose.js';
import type { InvestigationStructure, PublicName } from './record.js';
import { isTestFile, isUnread } from './source-files.js';
import type { Survey, SurveyedFile } from './survey.js';

/** What a survey means: the part of a record that is read from code. */
export interface Understanding {
  language: Language;
  files_analyzed: string[];
  structure: InvestigationStructure;
  capabilities: string[];
  integration_points: string[];
  imported_by: string[];
  purpose: string;
  confidence: number;
}

/** Understands a module from its survey, which has at least one file. */
export function understand(name: string, survey: Survey): Understanding {
  const language = mainLanguage(survey.files);
  const api = publicApi(survey.files);
  const entryPoints = entryPointsOf(survey);
  const purpose = purposeOf(name, survey, { language, api });
  const structure = structureOf(survey, { api, entryPoints });
  return {
    language,
    files_analyzed: survey.files.map(({ path }) => path),
    structure: { ...structure, purpose_from: purpose.from },
    capabilities: capabilitiesOf(api),
    integration_points: [
      ...survey.importers.map(importerInWords),
      ...entryPoints.map((entry) => `started as ${entry}`),
    ],
    imported_by: survey.importers.map(({ file }) => file),
    purpose: purpose.text,
    confidence: readingConfidence({
      readRatio: readRatio(survey),
      purposeFrom: purpose.from,
      documentedRatio: ratio(api.filter(({ doc }) => doc !== null).length, api.length),
      hasPublicApi: api.length > 0,
      isUsed: survey.importers.length + entryPoints.length > 0,
      hasTests: structure.tests.length > 0,
    }),
  };
}

function structureOf(survey: Survey, seen: { api: PublicName[]; entryPoints: string[] }): InvestigationStructure {
  const { files } = survey;
  const named = (kind: FileSymbol['kind']) => seen.api.filter((item) => item.kind === kind).map(({ name }) => name);
  return {
    classes: named('class'),
    functions: named('function'),
    imports: sorted(files.flatMap(({ facts }) => facts.imports.map(({ module, level }) => '.'.repeat(level) + module))),
    docstrings: files.flatMap(({ path, facts }) => (facts.doc === null ? [] : [`${path}: ${facts.doc}`])),
    total_lines: files.reduce((sum, { facts }) => sum + facts.lines, 0),
    imports_inside: sorted(files.flatMap(({ inside }) => inside)),
    imports_outside: sorted(files.flatMap(({ outside }) => outside)),
    public_api: seen.api,
    entry_points: seen.entryPoints,
    tests: files.flatMap(testsOf),
    skipped: survey.skipped,
    parse_errors: files.flatMap(({ path, facts }) => (facts.error === null ? [] : [`${path}: ${facts.error}`])),
    importers_complete: survey.rootComplete,
  };
}

function testsOf({ path, facts }: SurveyedFile): string[] {
  if (!isTestFile(path)) return [];
  return facts.tests.length === 0 ? [path] : facts.tests.map((test) => `${path}: ${test}`);
}

function importerInWords({ file, names }: { file: string; names: string[] }): string {
  return names.length === 0 ? `imported by ${file}` : `imported by ${file} (${names.join(', ')})`;
}

function mainLanguage(files: readonly SurveyedFile[]): Language {
  const counts = new Map<Language, number>();
  for (const { facts } of files) counts.set(facts.language, (counts.get(facts.language) ?? 0) + 1);
  return [...counts].sort((one, two) => two[1] - one[1])[0]?.[0] ?? 'python';
}

function readRatio(survey: Survey): number {
  const leftOut = survey.skipped.filter(isUnread).length;
  const read = survey.files.filter(({ facts }) => facts.error === null).length;
  return ratio(read, survey.files.length + leftOut);
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function sorted(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
