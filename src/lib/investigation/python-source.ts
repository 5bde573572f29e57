import { parser } from '@lezer/python';
import { cutText } from '../base/cut-text.js';
import type { FileFacts, FileSymbol } from './file-facts.js';
import { firstSentence } from './prose.js';
import { pythonImports } from './python-imports.js';

type Node = ReturnType<typeof parser.parse>['topNode'];

const NESTS_STATEMENTS = new Set(['IfStatement', 'TryStatement', 'WithStatement']);
// Definitions below `if TYPE_CHECKING`, `try … except ImportError` are public; deeper ones are not looked for.
const DEEPEST = 3;
const STRING = /^[a-zA-Z]{0,2}("""|'''|"|')([\s\S]*)\1$/;
// What the grammar does not know is replaced by what has the same structure and length, so that every offset stays:
// `1.` by `10`, and the pair in `with x as (a, b):` by one name.
const TRAILING_POINT = /(?<![\w.])(?<digits>\d[\d_]*)\.(?=[^\w.]|[eEjJ]|$)/g;
const WITH_PAIR = /(?<=^[ \t]*(?:async[ \t]+)?with\b[^\n]{0,300}\bas[ \t]+)\([\w \t,]+\)(?=[ \t]*[:,])/gm;
const MAIN_GUARD = /^if\s*\(?\s*(?:__name__\s*==\s*['"]__main__['"]|['"]__main__['"]\s*==\s*__name__)/;

/** Reads the facts of one Python file; what stands before and after a syntax error is still read. */
export function readPython(text: string): FileFacts {
  const tree = parser.parse(grammatical(text));
  const statements = [...statementsOf(tree.topNode, 0)];
  const declared = statements.flatMap((node) => symbolsOf(node, text));
  const all = dunderAll(statements, text);
  const symbols = declared.filter(({ name }) => (all ? all.includes(name) : !name.startsWith('_')));
  return {
    language: 'python',
    lines: text === '' ? 0 : text.replace(/\n$/, '').split('\n').length,
    doc: docOf(tree.topNode, text),
    symbols,
    exports: all ?? symbols.map(({ name }) => name),
    imports: importNodes(tree.topNode).flatMap((node) => pythonImports(textOf(node, text))),
    entryPoints: entryPointsOf(statements, text),
    tests: statements.flatMap((node) => testsOf(node, text)),
    error: firstError(tree.topNode, text),
  };
}

function grammatical(text: string): string {
  const pointless = text.replace(TRAILING_POINT, '$<digits>0');
  // Looking behind is slow, and most files have no such pair.
  return / as +\(/.test(text) ? pointless.replace(WITH_PAIR, (pair) => '_'.repeat(pair.length)) : pointless;
}

function* statementsOf(parent: Node, depth: number): Generator<Node> {
  for (const node of childrenOf(parent)) {
    if (node.name === 'StatementGroup') yield* childrenOf(node);
    else if (node.name === 'DecoratedStatement') yield node.lastChild ?? node;
    else yield node;
    if (NESTS_STATEMENTS.has(node.name) && depth < DEEPEST)
      for (const body of childrenOf(node)) if (body.name === 'Body') yield* statementsOf(body, depth + 1);
  }
}

function symbolsOf(node: Node, text: string): FileSymbol[] {
  const name = textOf(node.getChild('VariableName'), text);
  const doc = () => docOf(node.getChild('Body'), text);
  if (node.name === 'ClassDefinition') return [{ name, kind: 'class', doc: doc() }];
  if (node.name === 'FunctionDefinition') return [{ name, kind: 'function', doc: doc() }];
  const constant = node.name === 'AssignStatement' && /^[A-Z][A-Z0-9_]*$/.test(name);
  return constant ? [{ name, kind: 'constant', doc: null }] : [];
}

function dunderAll(statements: readonly Node[], text: string): string[] | undefined {
  const named = statements.filter(
    (node) => /^(?:Assign|Update)Statement$/.test(node.name) && textOf(node.firstChild, text) === '__all__',
  );
  if (named.length === 0) return undefined;
  const lists = named.flatMap((node) => [
    ...node.getChildren('ArrayExpression'),
    ...node.getChildren('TupleExpression'),
  ]);
  return lists.flatMap((list) => list.getChildren('String').map((item) => unquote(textOf(item, text)) ?? ''));
}

function docOf(body: Node | null, text: string): string | null {
  const first = body?.getChild('Statement');
  const string = first?.name === 'ExpressionStatement' ? first.getChild('String') : null;
  const value = unquote(textOf(string ?? null, text));
  return value === undefined ? null : firstSentence(value);
}

function importNodes(top: Node): Node[] {
  const found: Node[] = [];
  top.cursor().iterate((node) => {
    if (node.name === 'ImportStatement') found.push(node.node);
  });
  return found;
}

function entryPointsOf(statements: readonly Node[], text: string): string[] {
  const guarded = statements.some((node) => node.name === 'IfStatement' && MAIN_GUARD.test(textOf(node, text)));
  return [...(text.startsWith('#!') ? ['shebang'] : []), ...(guarded ? ['main guard'] : [])];
}

function testsOf(node: Node, text: string): string[] {
  const name = textOf(node.getChild('VariableName'), text);
  if (node.name === 'FunctionDefinition') return /^test/.test(name) ? [name] : [];
  const body = node.name === 'ClassDefinition' ? node.getChild('Body') : null;
  if (!body) return [];
  return [...statementsOf(body, DEEPEST)]
    .filter((method) => method.name === 'FunctionDefinition')
    .map((method) => textOf(method.getChild('VariableName'), text))
    .filter((method) => /^test/.test(method))
    .map((method) => `${name}.${method}`);
}

function firstError(top: Node, text: string): string | null {
  let at = -1;
  top.cursor().iterate((node) => {
    if (at === -1 && node.type.isError && !isGrammarGap(node.node)) at = node.from;
    return at === -1;
  });
  if (at === -1) return null;
  const line = text.slice(0, at).split('\n').length;
  return `line ${line}: not understood near ${JSON.stringify(cutText(text.slice(at, at + 60), 30).split('\n')[0] ?? '')}`;
}

// Valid Python that the grammar does not know: `yield` without a value, `with (a as b, c):`, `with a as b.c:`.
function isGrammarGap(error: Node): boolean {
  if (error.from === error.to && /^Yield/.test(error.parent?.name ?? '')) return true;
  let at = error.parent;
  while (at && !/^(?:With|Function|Class|Script|Body)/.test(at.name)) at = at.parent;
  return at?.name === 'WithStatement';
}

function* childrenOf(node: Node): Generator<Node> {
  for (let child = node.firstChild; child; child = child.nextSibling) yield child;
}

function textOf(node: Node | null, text: string): string {
  return node === null ? '' : text.slice(node.from, node.to);
}

function unquote(literal: string): string | undefined {
  return STRING.exec(literal)?.[2];
}
