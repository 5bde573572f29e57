/** A node of an ESTree program, seen loosely: the walk must survive whatever a parser version adds. */
export interface SyntaxNode {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

/** Whether a value is a node. */
export function isNode(value: unknown): value is SyntaxNode {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    typeof value.type === 'string' &&
    'start' in value &&
    typeof value.start === 'number'
  );
}

/** Every node of a program in source order; without recursion, so that deep code cannot exhaust the stack. */
export function* nodesOf(root: unknown): Generator<SyntaxNode> {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (isNode(value)) yield value;
    if (typeof value === 'object' && value !== null)
      for (const child of Object.values(value).reverse()) pushObject(open, child);
  }
}

function pushObject(open: unknown[], child: unknown): void {
  if (typeof child === 'object' && child !== null) open.push(child);
}

/** The nodes of a field that holds one node, a list of nodes, or none. */
export function nodesIn(value: unknown): SyntaxNode[] {
  return Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [];
}

/** The name of an identifier or the text of a string literal. */
export function nameOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'Identifier' && typeof node['name'] === 'string') return node['name'];
  return node.type === 'Literal' && typeof node['value'] === 'string' ? node['value'] : undefined;
}

/** A plain member chain as written, `module.exports.x`; undefined for anything else. */
export function memberPath(node: unknown): string | undefined {
  const names: string[] = [];
  let at = node;
  while (isNode(at) && at.type === 'MemberExpression' && at['computed'] === false) {
    names.unshift(nameOf(at['property']) ?? '?');
    at = at['object'];
  }
  const root = nameOf(at);
  return root === undefined ? undefined : [root, ...names].join('.');
}
