import { parseSync, Visitor, type ArrowFunctionExpression, type Function as FunctionWithThis } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { filesBelow, textOf } from './tree.js';

/** A function of the sources that has a body of statements. */
interface Measured {
  /** File and line. */
  where: string;
  /** Without blank lines and lines that are comments alone. */
  lines: number;
  params: number;
}

type FunctionNode = FunctionWithThis | ArrowFunctionExpression;

const WORST_SHOWN = 5;

/** An arrow that answers an expression is a part of the line in which it stands. */
function functionsOf(file: string): Measured[] {
  const text = textOf(file);
  const found: Measured[] = [];
  const measure = (node: FunctionNode) => {
    if (node.body?.type === 'BlockStatement') found.push(measured(node, { file, text }));
  };
  new Visitor({
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ArrowFunctionExpression: measure,
  }).visit(parseSync(file, text).program);
  return found;
}

function measured({ start, end, params }: FunctionNode, { file, text }: { file: string; text: string }): Measured {
  const code = text.slice(start, end).split('\n').filter(isCode);
  return { where: `${file}:${text.slice(0, start).split('\n').length}`, lines: code.length, params: params.length };
}

function isCode(line: string): boolean {
  return !/^\s*(?:$|\/\/|\/?\*)/.test(line);
}

const functions = filesBelow('src', '.ts').flatMap(functionsOf);
const longestFirst = functions.toSorted((left, right) => right.lines - left.lines);

/** So many lines has the function that this share of all does not exceed. */
function linesAt(share: number): number {
  return longestFirst[Math.floor((1 - share) * longestFirst.length)]?.lines ?? 0;
}

const longest = () => longestFirst.slice(0, WORST_SHOWN).map(({ where, lines }) => `${where} has ${lines} lines`);

describe('the functions of the sources', () => {
  it('are found', () => {
    expect(functions.length).toBeGreaterThan(1_000);
  });

  it('have eight lines or fewer in the middle, and nine of ten have at most 25', () => {
    expect(linesAt(0.5), longest().join('\n')).toBeLessThanOrEqual(8);
    expect(linesAt(0.9), longest().join('\n')).toBeLessThanOrEqual(25);
  });

  it('have at most three parameters', () => {
    expect(functions.filter(({ params }) => params > 3).map(({ where }) => where)).toEqual([]);
  });
});
