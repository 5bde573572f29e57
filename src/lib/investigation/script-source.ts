import { parseSync, type ParseResult, type ParserOptions, type StaticExportEntry } from 'oxc-parser';
import type { FileFacts, FileImport, FileSymbol } from './file-facts.js';
import { commentText, firstSentence } from './prose.js';
import { readCalls } from './script-calls.js';
import { declarationsOf } from './script-declarations.js';

// The parser recurses natively, and beyond the worker's stack (survey-pool.ts) the whole process would die.
// Nesting cannot be deeper than the tokens that nest are many; measured: 100,000 are safe in 256 MiB.
const MOST_NESTING_TOKENS = 100_000;
const NESTING_TOKENS =
  /[^\s\w]|\b(?:if|else|new|await|yield|typeof|void|delete|for|while|do|with|throw|async|extends|keyof|infer|in|of|as|is)\b/g;

/** Reads the facts of one TypeScript or JavaScript file. */
export function readScript(text: string, fileName: string): FileFacts {
  const language = /\.[cm]?tsx?$/.test(fileName) ? 'typescript' : 'javascript';
  const lines = text === '' ? 0 : text.replace(/\n$/, '').split('\n').length;
  const nothing = { doc: null, symbols: [], exports: [], imports: [], entryPoints: [], tests: [] };
  if (countUpTo(text, MOST_NESTING_TOKENS) === MOST_NESTING_TOKENS)
    return {
      language,
      lines,
      ...nothing,
      error: `not parsed: more than ${MOST_NESTING_TOKENS} operators and brackets, as in generated code`,
    };
  const parsed = parseSync(fileName, text, optionsFor(fileName));
  const calls = readCalls(parsed.program);
  const declared = declarationsOf(parsed, text);
  const exports = parsed.module.staticExports.flatMap(({ entries }) => entries.map(exportNames));
  const names = exports.length > 0 ? exports : calls.commonExports.map((name) => ({ name, local: name }));
  return {
    language,
    lines,
    doc: fileDoc(parsed, text),
    symbols: names.flatMap(({ name, local }) => publicSymbol(declared.get(local), name)),
    exports: [...new Set(names.map(({ name }) => name))],
    imports: [...importsOf(parsed), ...calls.required],
    entryPoints: [...(text.startsWith('#!') ? ['shebang'] : []), ...(calls.mainGuard ? ['main guard'] : [])],
    tests: calls.tests,
    error: firstError(parsed, text),
  };
}

function countUpTo(text: string, limit: number): number {
  let count = 0;
  NESTING_TOKENS.lastIndex = 0;
  while (count < limit && NESTING_TOKENS.test(text)) count += 1;
  return count;
}

function optionsFor(fileName: string): ParserOptions {
  if (/\.d\.[cm]?ts$/.test(fileName)) return { lang: 'dts' };
  if (/\.[cm]?ts$/.test(fileName)) return { lang: 'ts' };
  if (fileName.endsWith('.tsx')) return { lang: 'tsx' };
  return { lang: 'jsx', sourceType: fileName.endsWith('.mjs') ? 'module' : 'unambiguous' };
}

// A default export is known by its declaration's name, else as `default`.
function exportNames(entry: StaticExportEntry): { name: string; local: string } {
  const kind: string = entry.exportName.kind;
  const local = entry.localName.name ?? (kind === 'Default' ? 'default' : '');
  if (kind === 'None') return { name: `* from ${entry.moduleRequest?.value ?? ''}`, local };
  const isDefault = kind === 'Default' || entry.exportName.name === 'default';
  return { name: isDefault ? local || 'default' : (entry.exportName.name ?? local), local };
}

function publicSymbol(symbol: FileSymbol | undefined, name: string): FileSymbol[] {
  return symbol === undefined ? [] : [{ ...symbol, name }];
}

function importsOf({ module }: ParseResult): FileImport[] {
  const imports = module.staticImports.map(({ moduleRequest, entries }) => ({
    module: moduleRequest.value,
    names: entries.map(({ importName }) => importedName(importName)),
    level: 0,
  }));
  const passedOn = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, importName }) =>
      moduleRequest ? [{ module: moduleRequest.value, names: [importName.name ?? '*'], level: 0 }] : [],
    ),
  );
  return [...imports, ...passedOn];
}

function importedName({ name, kind }: { name: string | null; kind: string }): string {
  return name ?? (kind === 'Default' ? 'default' : '*');
}

/** A comment at the top that does not belong to the declaration below it. */
function fileDoc(parsed: ParseResult, text: string): string | null {
  const first = parsed.program.body[0];
  for (const comment of parsed.comments) {
    if (first && comment.start >= first.start) return null;
    const says = firstSentence(commentText(comment.value));
    const between = text.slice(comment.end, first?.start ?? text.length);
    const free = first === undefined || /^Import|^ExpressionStatement$/.test(first.type) || /\n\s*\n/.test(between);
    if (says !== null && comment.type === 'Block' && (free || /@(?:module|file)/.test(comment.value))) return says;
  }
  return null;
}

function firstError({ errors }: ParseResult, text: string): string | null {
  const first = errors.find((error) => isError(error));
  if (first === undefined) return null;
  const line = text.slice(0, first.labels[0]?.start ?? 0).split('\n').length;
  return `line ${line}: ${first.message}`;
}

function isError({ severity }: { severity: string }): boolean {
  return severity === 'Error';
}
