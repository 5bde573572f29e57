import type { ParseResult, Statement } from 'oxc-parser';
import { own } from '../base/own.js';
import type { FileSymbol } from './file-facts.js';
import { commentText, firstSentence } from './prose.js';
import { isNode, nameOf, nodesIn } from './syntax-tree.js';

/** Top-level declarations by their local name, with the JSDoc in front of them. */
export function declarationsOf(parsed: ParseResult, text: string): Map<string, FileSymbol> {
  const docs = new Map(parsed.comments.filter(({ type }) => type === 'Block').map(({ end, value }) => [end, value]));
  const declared = new Map<string, FileSymbol>();
  for (const statement of parsed.program.body) {
    const comment = docs.get(text.slice(0, statement.start).trimEnd().length);
    const doc = comment?.startsWith('*') ? firstSentence(commentText(comment)) : null;
    for (const { name, kind } of declaredBy(statement)) declared.set(name, { name, kind, doc });
  }
  return declared;
}

function declaredBy(statement: Statement): Pick<FileSymbol, 'name' | 'kind'>[] {
  const inner: unknown = 'declaration' in statement && statement.declaration ? statement.declaration : statement;
  if (!isNode(inner)) return [];
  if (inner.type === 'VariableDeclaration')
    return nodesIn(inner['declarations']).flatMap((one) => named(nameOf(one['id']), functionOr(one['init'])));
  const fallback = statement.type === 'ExportDefaultDeclaration' ? 'default' : undefined;
  return named(nameOf(inner['id']) ?? fallback, own(KINDS, inner.type) ?? 'constant');
}

const KINDS: Readonly<Record<string, FileSymbol['kind']>> = {
  FunctionDeclaration: 'function',
  TSDeclareFunction: 'function',
  ArrowFunctionExpression: 'function',
  ClassDeclaration: 'class',
  TSInterfaceDeclaration: 'type',
  TSTypeAliasDeclaration: 'type',
  TSEnumDeclaration: 'type',
};

function functionOr(init: unknown): FileSymbol['kind'] {
  if (!isNode(init)) return 'constant';
  return /^(?:Arrow)?FunctionExpression$/.test(init.type)
    ? 'function'
    : init.type === 'ClassExpression'
      ? 'class'
      : 'constant';
}

function named(name: string | undefined, kind: FileSymbol['kind']): Pick<FileSymbol, 'name' | 'kind'>[] {
  return name === undefined ? [] : [{ name, kind }];
}
