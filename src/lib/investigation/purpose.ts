import { basename } from 'node:path';
import type { PurposeSource } from './confidence.js';
import type { Language } from './file-facts.js';
import { isRootFile } from './public-api.js';
import type { PublicName } from './record.js';
import { isTestFile } from './source-files.js';
import type { Survey } from './survey.js';

const NAMES_IN_PURPOSE = 5;
const PARTS_IN_PURPOSE = 3;

/** What a module is for, and what says so: itself, one of its parts, or only its structure. */
export function purposeOf(
  name: string,
  survey: Survey,
  seen: { language: Language; api: PublicName[] },
): { text: string; from: PurposeSource } {
  const declared = declaredPurpose(survey);
  if (declared) return { text: declared, from: 'declared' };
  const documented = survey.files.filter(({ path, facts }) => facts.doc !== null && !isTestFile(path));
  const own = documented.find(({ path }) => basename(path).startsWith(`${name}.`));
  if (own?.facts.doc) return { text: own.facts.doc, from: 'docstring' };
  const parts = [...documented].sort((one, two) => two.facts.lines - one.facts.lines).slice(0, PARTS_IN_PURPOSE);
  const structure = structuralPurpose(survey.files.length, seen);
  if (parts.length === 0) return { text: structure, from: 'structure' };
  const said = parts.map(({ path, facts }) => `${path}: ${facts.doc ?? ''}`).join(' ');
  return { text: `${structure} Its largest documented parts: ${said}`, from: 'docstring' };
}

function declaredPurpose(survey: Survey): string | undefined {
  const inPackage = survey.files.length === 1 ? survey.files : survey.files.filter(isRootFile);
  const said = inPackage.map(({ facts }) => facts.doc).find((doc) => doc !== null);
  const described = survey.package?.at === '' ? survey.package.description : undefined;
  return said ?? described ?? survey.readme ?? undefined;
}

function structuralPurpose(files: number, { language, api }: { language: Language; api: PublicName[] }): string {
  const names = api.slice(0, NAMES_IN_PURPOSE).map(({ name }) => name);
  const more = api.length > names.length ? ` and ${api.length - names.length} more` : '';
  const offers = names.length === 0 ? 'It offers no public names' : `It offers ${names.join(', ')}${more}`;
  return `Not documented as a whole. ${files} ${language} file${files === 1 ? '' : 's'}. ${offers}.`;
}
