import { serialize, type ASTNode, type Environment } from '@marcbachmann/cel-js';
import { KlorosError } from './errors.js';
import { linearPattern } from './linear-pattern.js';

/** Parts of an expression that are evaluated: a fifth of a second, or two lists of 300 inside each other. */
const MOST_STEPS = 500_000;
/** So many characters are compared, and so many states of a pattern tried, in the time of one step. */
const CHARACTERS_A_STEP = 256;
const STATES_A_STEP = 400;

const MACROS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);
/** Both sides of these are read whole. */
const COMPARING: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', 'in', '+']);

type Node = Pick<ASTNode, 'op' | 'args'>;

/**
 * Counts the steps of one evaluation after the other. Nothing is thrown in the middle of one, since macros of CEL swallow
 * errors and go on: what is left of it goes over empty values, and the end throws.
 */
export class StepCounter {
  #left = MOST_STEPS;

  /** Registers what the rewritten expression calls. */
  addTo(env: Environment): void {
    env.registerFunction('counted(dyn): dyn', (value: unknown) => this.#counted(value));
    env.registerFunction('counted(dyn, int): dyn', (value: unknown, times: bigint) => {
      this.#left -= partsOf(value).length * Number(times);
      return this.#left >= 0 ? value : emptied(value);
    });
    env.registerFunction('string.matches_linear(string): bool', (text: string, source: string) => {
      const pattern = linearPattern(source);
      this.#left -= (text.length * pattern.programSize()) / STATES_A_STEP;
      return this.#left >= 0 && pattern.test(text);
    });
  }

  /** Runs one evaluation. Throws KlorosError EXPRESSION_TOO_LONG. */
  run(evaluate: () => unknown): unknown {
    this.#left = MOST_STEPS;
    try {
      const result = evaluate();
      if (this.#left >= 0) return result;
    } catch (error) {
      if (this.#left >= 0) throw error;
    }
    throw tooLong();
  }

  #counted(value: unknown): unknown {
    if (typeof value === 'string') this.#left -= Math.floor(value.length / CHARACTERS_A_STEP);
    else if (typeof value === 'object' && value !== null) this.#weigh(value);
    return this.#left >= 0 ? value : emptied(value);
  }

  #weigh(value: object): void {
    const open: unknown[] = [value];
    while (open.length > 0 && this.#left >= 0) {
      const one = open.pop();
      const inner = partsOf(one);
      this.#left -= typeof one === 'string' ? Math.floor(one.length / CHARACTERS_A_STEP) : inner.length;
      for (const part of this.#left < 0 ? [] : inner) open.push(part);
    }
  }
}

function emptied(value: unknown): unknown {
  if (typeof value === 'string') return '';
  if (Array.isArray(value)) return [];
  return typeof value === 'object' && value !== null ? {} : value;
}

/** Whether an expression has a macro that goes through a list, or a pattern. Its patterns are tried: throws where one is none. */
export function needsCounting(ast: ASTNode): boolean {
  let isNeeded = false;
  everyMethod(ast, (name, args) => {
    if (name === 'matches' && args[0]?.op === 'value' && typeof args[0].args === 'string') linearPattern(args[0].args);
    isNeeded ||= name === 'matches' || MACROS.has(name);
  });
  return isNeeded;
}

function everyMethod(value: unknown, visit: (name: string, args: ASTNode[]) => void): void {
  if (Array.isArray(value)) for (const one of value) everyMethod(one, visit);
  if (!isNode(value)) return;
  if (value.op === 'rcall') visit(value.args[0], value.args[2]);
  everyMethod(value.args, visit);
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

/**
 * The expression with its steps counted: what a macro goes through, and what is read whole within one, is weighed first;
 * `matches` becomes a pattern whose time is linear, which CEL does not let anybody override.
 */
export function countedText(ast: ASTNode): string {
  return serialize(rewritten(ast, false) as ASTNode);
}

function rewritten(node: ASTNode, isInside: boolean): Node {
  const go = (one: ASTNode) => rewritten(one, isInside);
  const weighed = (one: ASTNode) => (isInside ? counted(go(one)) : go(one));
  if (node.op === 'id' || (node.op === 'call' && node.args[0] === 'has')) return node;
  // As it was written: a double loses digits where it is written anew.
  if (node.op === 'value') return asWritten(node);
  if (node.op === 'rcall') return method(node.args, isInside);
  if (node.op === 'call') return withArgs(node, [node.args[0], node.args[1].map(weighed)]);
  return withArgs(node, mapped(node.args, COMPARING.has(node.op) ? weighed : go));
}

/** The parts of a node, which may be one, several, or pairs; a name among them stays. */
function mapped(args: unknown, change: (one: ASTNode) => Node): unknown {
  if (Array.isArray(args)) return args.map((one) => mapped(one, change));
  return isNode(args) ? change(args) : args;
}

function asWritten({ input, range }: ASTNode): Node {
  return { op: 'id', args: input.slice(range.start, range.end) };
}

function method([name, receiver, args]: [string, ASTNode, ASTNode[]], isInside: boolean): Node {
  const go = (one: ASTNode) => rewritten(one, isInside);
  const [first, ...rest] = args;
  if (first !== undefined && MACROS.has(name)) {
    const list = counted(go(receiver), sizeOf(rest));
    return call(name, list, [first, ...rest.map((one) => rewritten(one, true))]);
  }
  if (first !== undefined && receiver.op === 'id' && receiver.args === 'cel')
    return call(name, receiver, [first, ...rest.map(go)]);
  const weighed = (one: ASTNode) => (isInside ? counted(go(one)) : go(one));
  return call(name === 'matches' ? 'matches_linear' : name, weighed(receiver), args.map(weighed));
}

function call(name: string, on: Node, args: readonly Node[]): Node {
  return { op: 'rcall', args: [name, on, args] } as unknown as Node;
}

/** Parts of an expression, those of a macro within counted once: it counts its own. */
function sizeOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + sizeOf(one), 0);
  return isNode(value) ? 1 + sizeOf(value.args) : 0;
}

function counted(node: Node, times?: number): Node {
  const args = times === undefined ? [node] : [node, { op: 'id', args: String(times) }];
  return { op: 'call', args: ['counted', args] } as unknown as Node;
}

function withArgs({ op }: ASTNode, args: unknown): Node {
  return { op, args } as Node;
}

function partsOf(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value;
  if (value instanceof Map || value instanceof Set) return [...value.values()];
  return Object.values(value);
}

function tooLong(): KlorosError {
  return new KlorosError({
    code: 'EXPRESSION_TOO_LONG',
    message: 'the expression takes too many steps over these facts',
    why: `it may take ${MOST_STEPS}, and a list inside a list multiplies them`,
    next: ['look at fewer lists at once, or at a shorter one, e.g. with filter() outside'],
  });
}
