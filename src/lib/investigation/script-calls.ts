import type { FileImport } from './file-facts.js';
import { isNode, memberPath, nameOf, nodesIn, nodesOf, type SyntaxNode } from './syntax-tree.js';

/** What only a walk through the whole program shows. */
export interface ScriptCalls {
  /** `require('x')` and `import('x')`. */
  required: FileImport[];
  /** Titles of `test(…)` and `it(…)`. */
  tests: string[];
  /** Names given to `module.exports` and `exports`. */
  commonExports: string[];
  /** Asks `require.main === module` or compares import.meta.url with argv. */
  mainGuard: boolean;
}

const TEST = /^(?:test|it)(?:\.\w+)?$/;

/** Walks a program once for calls and CommonJS exports. */
export function readCalls(program: unknown): ScriptCalls {
  const found: ScriptCalls = { required: [], tests: [], commonExports: [], mainGuard: false };
  for (const node of nodesOf(program)) {
    if (node.type === 'CallExpression') readCall(node, found);
    else if (node.type === 'ImportExpression') addImport(found, nameOf(node['source']));
    else if (node.type === 'AssignmentExpression') found.commonExports.push(...commonExportsOf(node));
    else if (node.type === 'BinaryExpression' && isMainGuard(node)) found.mainGuard = true;
  }
  return found;
}

function readCall(node: SyntaxNode, found: ScriptCalls): void {
  const callee = memberPath(node['callee']) ?? '';
  const argument = nameOf(literalOf(nodesIn(node['arguments'])[0]));
  if (argument === undefined) return;
  if (callee === 'require') addImport(found, argument);
  else if (TEST.test(callee)) found.tests.push(argument);
}

function literalOf(node: SyntaxNode | undefined): SyntaxNode | undefined {
  return node?.type === 'Literal' ? node : undefined;
}

function addImport(found: ScriptCalls, module: string | undefined): void {
  if (module !== undefined) found.required.push({ module, names: [], level: 0 });
}

function commonExportsOf(node: SyntaxNode): string[] {
  const target = memberPath(node['left']) ?? '';
  if (target === 'module.exports') return keysOf(node['right']);
  const name = /^(?:module\.)?exports\.([^.?]+)$/.exec(target)?.[1];
  return name === undefined || name === '__esModule' ? [] : [name];
}

function keysOf(value: unknown): string[] {
  if (!isNode(value)) return [];
  if (value.type !== 'ObjectExpression') return [nameOf(value['id']) ?? nameOf(value) ?? 'default'];
  return nodesIn(value['properties']).flatMap((property) => nameOf(property['key']) ?? []);
}

function isMainGuard(node: SyntaxNode): boolean {
  const sides = [node['left'], node['right']].map((side) => memberPath(side) ?? '');
  return sides.includes('require.main') && sides.includes('module');
}
