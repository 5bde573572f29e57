import { describe, expect, it } from 'vitest';
import { KlorosError } from '../../../src/lib/base/errors.js';
import { compileFilter, compileStreamFilter } from '../../../src/lib/cli/expression.js';
import { mint } from '../../../src/lib/signals/mint.js';
import fc from '../../helpers/property.js';

const aSignal = (facts: Record<string, unknown>) =>
  mint({ signal: 'Q_INVESTIGATION_COMPLETE', facts }, { id: '01ARZ3NDEKTSV4RRFFQ69G5FAV', source: 'probe', nowMs: 1 });
const matches = (expression: string, facts: Record<string, unknown> = {}) => compileFilter(expression)(aSignal(facts));

describe('a --where expression', () => {
  it.each([
    ['facts.confidence > 0.8', true],
    ['facts.count == 3', true],
    ['facts.count + 1 == 4', true],
    ['facts.count % 2 == 1', true],
    ['signal.startsWith("Q_") && source == "probe"', true],
    ['"path:x" in facts.evidence', true],
    ['facts.evidence.exists(e, e.startsWith("path:"))', true],
    ['cause_id == null', true],
    ['facts.confidence < 0.5', false],
    ['ts > 10.0', false],
  ])('decides %s', (expression, expected) => {
    expect(matches(expression, { confidence: 0.9, count: 3, evidence: ['path:x'] })).toBe(expected);
  });

  it('is false for a field that a signal lacks, and other alternatives still count', () => {
    expect(matches('facts.missing.deeper == 1')).toBe(false);
    expect(matches('facts.missing == 1 || source == "probe"')).toBe(true);
    expect(matches('facts.confidence > 0.5', { confidence: 'high' })).toBe(false);
    expect(matches('facts.flag', { flag: 'yes' })).toBe(false);
  });

  it('says so where the facts are too many for it, and a stream passes them over with one word', () => {
    const expression = 'facts.n.all(a, facts.n.all(b, facts.n.all(c, true)))';
    const many = aSignal({ n: Array.from({ length: 300 }, () => 1) });
    expect(() => compileFilter(expression)(many)).toThrow('too many steps');
    const told: string[] = [];
    const filter = compileStreamFilter(expression, (text) => void told.push(text));
    expect([many, many, aSignal({ n: [1] })].map(filter)).toEqual([false, false, true]);
    expect(told).toEqual([expect.stringContaining(many.id)]);
  });

  it('sees no prototype, no globals and no functions of JavaScript', () => {
    expect(matches('facts.constructor != null')).toBe(false);
    expect(matches('facts.__proto__ != null')).toBe(false);
    expect(() => compileFilter('process.exit(1)')).toThrow(KlorosError);
    expect(() => compileFilter('globalThis == null')).toThrow(KlorosError);
  });

  it.each([
    ['1 +', /Unexpected token/],
    ['souce == "x"', /Unknown variable: souce/],
    ['signal == 1', /no such overload/],
    ['signal', /not a bool/],
    ['', /Unexpected|EOF|empty/i],
    ['a'.repeat(10_001), /longer than/],
    [`${'('.repeat(200)}true${')'.repeat(200)}`, /depth/i],
  ])('explains why %j is refused', (expression, why) => {
    expect(() => compileFilter(expression)).toThrow(
      expect.objectContaining({ code: 'INVALID_EXPRESSION', why: expect.stringMatching(why) as string }),
    );
  });

  it('either compiles or is refused in words, and never throws on a signal', () => {
    const words = ['facts', '.x', '["y"]', '==', '&&', '||', '!', '(', ')', '1', '"t"', 'null', '>', '+', 'size(', ' '];
    const expression = fc.array(fc.constantFrom(...words), { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(expression, fc.string()), fc.dictionary(fc.string(), fc.jsonValue()), (text, facts) => {
        try {
          expect(typeof compileFilter(text)(aSignal(facts))).toBe('boolean');
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_EXPRESSION' });
        }
      }),
    );
  });
});
