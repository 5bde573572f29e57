import { wordsOf } from './prose.js';
import type { PublicName } from './record.js';
import { isTestFile } from './source-files.js';
import type { SurveyedFile } from './survey.js';

const MOST_CAPABILITIES = 40;
const LONGEST_CAPABILITY_WORDS = 14;
const PRIVATE_FILE = /(?:^|\/)_[^_/][^/]*\.pyw?$/;
const ROOT_FILES = /^(?:__init__\.pyw?|__main__\.pyw?|(?:index|main|mod)\.[cm]?[jt]sx?)$/;

/** Public names: those that the package itself offers first; none of tests, nor of `_private.py` unless it offers them. */
export function publicApi(files: readonly SurveyedFile[]): PublicName[] {
  const offered = new Set(files.filter(isRootFile).flatMap(({ facts }) => facts.exports));
  const all = files
    .filter(({ path }) => !isTestFile(path))
    .flatMap(({ path, facts }) => facts.symbols.map((symbol) => ({ ...symbol, file: path })));
  const others = all.filter(({ name, file }) => !offered.has(name) && !PRIVATE_FILE.test(file));
  return [...all.filter(({ name }) => offered.has(name)), ...others];
}

/** Short phrases of what the public classes and functions do: their docstring where it is short, else their name in words. */
export function capabilitiesOf(api: readonly PublicName[]): string[] {
  const phrases = api.filter(({ kind }) => kind === 'class' || kind === 'function').map(phraseOf);
  return [...new Set(phrases)].slice(0, MOST_CAPABILITIES);
}

function phraseOf({ name, doc }: PublicName): string {
  const words = doc?.replace(/[.!?:;]+$/, '').split(/\s+/) ?? [];
  const usable = words.length > 1 && words.length <= LONGEST_CAPABILITY_WORDS;
  return usable ? words.join(' ') : wordsOf(name);
}

/** Whether a file speaks for the whole module: `__init__.py`, `index.ts`. */
export function isRootFile({ path }: SurveyedFile): boolean {
  return ROOT_FILES.test(path);
}
