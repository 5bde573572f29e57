import { describe, expect, it } from 'vitest';
import { compileBoolean, compileValue } from '../../../src/lib/base/cel.js';
import fc from '../../helpers/property.js';

const options = { fields: { facts: 'map' }, what: 'The expression', next: [] };
const valueOf = (expression: string, facts: Record<string, unknown>) => compileValue(expression, options)({ facts });
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const tooLong: unknown = expect.objectContaining({ code: 'EXPRESSION_TOO_LONG' });
const thrownBy = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('a pattern in an expression', () => {
  it('takes a time that grows with the text, where an engine that goes back would take for ever', () => {
    const facts = { text: `${'a'.repeat(50_000)}!` };
    const startMs = performance.now();
    expect(valueOf('facts.text.matches("^(a+)+$")', facts)).toBe(false);
    expect(valueOf('facts.text.matches(facts.pattern)', { ...facts, pattern: '(a|aa)+b' })).toBe(false);
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });

  it('finds a part of a text, as CEL says', () => {
    expect(valueOf('facts.text.matches("b.d")', { text: 'abcde' })).toBe(true);
    expect(valueOf('facts.text.matches("^b")', { text: 'abcde' })).toBe(false);
  });

  it('is refused before it is used, where the engine cannot do it in linear time', () => {
    expect(() => compileBoolean('facts.text.matches("(?=a)b")', options)).toThrow('cannot be used');
    expect(() => compileBoolean(String.raw`facts.text.matches("(a)\\1")`, options)).toThrow('cannot be used');
  });

  it('is counted by its size and that of the text', () => {
    const read = () => valueOf('facts.text.matches("(x?){900}x{900}")', { text: 'x'.repeat(1_000_000) });
    expect(thrownBy(read)).toEqual(tooLong);
  });
});

describe('an expression over lists', () => {
  it.each([
    ['three lists inside each other', 'facts.n.all(a, facts.n.all(b, facts.n.all(c, true)))', { n: numbers(300) }],
    ['an answer found in the middle', 'facts.n.exists(a, facts.n.all(b, facts.n.all(c, c >= 0)))', { n: numbers(600) }],
    ['a list that is searched for each of its values', 'facts.n.all(a, a in facts.n)', { n: numbers(50_000) }],
    [
      'lists that are compared',
      'facts.n.all(a, facts.x == facts.y)',
      { n: numbers(999), x: numbers(9_999), y: numbers(9_999) },
    ],
    [
      'a long text that is searched',
      'facts.n.all(a, !facts.t.contains("zz"))',
      { n: numbers(9_999), t: 'z '.repeat(99_999) },
    ],
    ['one that grows', 'facts.n.map(a, facts.n + facts.n).size() > 0', { n: numbers(3_000) }],
  ])('ends with a clear error, within its steps: %s', (_, expression, facts) => {
    const startMs = performance.now();
    expect(thrownBy(() => valueOf(expression, facts))).toEqual(tooLong);
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });

  it('counts anew for each evaluation', () => {
    const evaluate = compileValue('facts.n.all(a, facts.n.all(b, a < 1000))', options);
    for (let round = 0; round < 20; round += 1) expect(evaluate({ facts: { n: numbers(200) } })).toBe(true);
  });

  it.each([
    ['facts.n.map(a, a * 2)', [0, 2, 4]],
    ['facts.n.filter(a, a > 0 && a != 1.5)', [1, 2]],
    ['facts.n.map(a, a > 1, {"k": a, "l": [a]})', [{ k: 2, l: [2] }]],
    ['facts.n.exists_one(a, a == 1) && !facts.n.all(a, -a > 0)', true],
    ['facts.n.exists(a, a == 0.000000000001)', false],
    ['cel.bind(v, facts.n, v.exists(x, x == 2)) ? "ja\\n\\"" : "no"', 'ja\n"'],
    ['facts.rows.all(row, has(row.name) && size(row.name) == 1 && row.name in ["x", "y"])', true],
    ['facts.rows.map(row, facts.by[row.name])', [1, 2]],
    ['facts.rows[0].name.matches("^x$")', true],
  ])('answers as it would without counting: %s', (expression, expected) => {
    const facts = { n: [0, 1, 2], rows: [{ name: 'x' }, { name: 'y' }], by: { x: 1, y: 2 } };
    expect(valueOf(expression, facts)).toEqual(expected);
  });

  it('goes through any facts without another error than those of CEL', () => {
    const evaluate = compileValue('facts.n.all(a, a == facts.n || facts.n.exists(b, b in facts.n))', options);
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 8 }), (n) => {
        const result = thrownBy(() => evaluate({ facts: { n } }));
        return typeof result === 'boolean' || result instanceof Error;
      }),
    );
  });
});
