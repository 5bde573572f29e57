import type { FileImport } from './file-facts.js';

const FROM = /^from\s*(\.*)\s*([\w.\u00a1-\u{10ffff}]*)\s*\bimport\b\s*(.*)$/su;
const PLAIN = /^import\s+(.*)$/su;

/** The imports of one Python import statement, given its text. */
export function pythonImports(statement: string): FileImport[] {
  const text = statement.replace(/#[^\n]*/g, '').replace(/[()\\\n\r]/g, ' ');
  const from = FROM.exec(text.trim());
  if (from) return [{ module: from[2] ?? '', names: namesOf(from[3] ?? ''), level: (from[1] ?? '').length }];
  const plain = PLAIN.exec(text.trim());
  return namesOf(plain?.[1] ?? '').map((module) => ({ module, names: [], level: 0 }));
}

function namesOf(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim().split(/\s+/)[0] ?? '')
    .filter((name) => name !== '');
}
