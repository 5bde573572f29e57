import { describe, expect, it } from 'vitest';
import fc from '../../helpers/property.js';
import { copyJson, DEEPEST, jsonText, parseJson } from '../../../src/lib/base/json-text.js';

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

describe('reading JSON from outside', () => {
  it('reads whatever JSON.parse reads, as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses whatever JSON.parse refuses, and throws nothing but Error', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...Array.from('{}[]",:-0123456789eE.\\u')) })),
        (text) => {
          const refused = (read: (text: string) => unknown) => {
            try {
              return void read(text);
            } catch (error) {
              return error instanceof Error;
            }
          };
          expect(refused(parseJson)).toBe(refused(JSON.parse));
        },
      ),
    );
  });

  it('takes a hundred levels at a door and not one more, whether lists or objects', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60_000 }), fc.boolean(), (levels, lists) => {
        const text = lists ? nested(levels) : '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);
        if (levels <= DEEPEST) expect(jsonText(parseJson(text, DEEPEST))).toBe(text);
        else expect(() => parseJson(text, DEEPEST)).toThrow('nested deeper than 100 levels');
      }),
      { numRuns: 50 },
    );
  });

  it('takes no bracket within a text for a level', () => {
    const text = JSON.stringify({ a: `${'['.repeat(500)}"\\` });
    expect(jsonText(parseJson(text, DEEPEST))).toBe(text);
  });

  it('gives back every integer with all its digits, wherever it stands', () => {
    const value = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.bigInt().map((n) => ({ text: String(n) })),
        fc.string().map((text) => ({ text: JSON.stringify(text) })),
        fc.array(tie('tree')),
        fc.dictionary(fc.string(), tie('tree')),
      ),
    })).tree;
    const textOf = (tree: unknown): string => {
      if (Array.isArray(tree)) return `[${tree.map(textOf).join(',')}]`;
      const { text } = tree as { text?: unknown };
      if (typeof text === 'string') return text;
      // Keys that look like numbers are put first by JavaScript, whoever parses.
      const members = Object.entries(tree as object).map(
        ([key, inner]) => `${JSON.stringify(`k${key}`)}:${textOf(inner)}`,
      );
      return `{${members.join(',')}}`;
    };
    fc.assert(
      fc.property(fc.array(value), (tree) => {
        const text = textOf(tree);
        expect(jsonText(parseJson(text))).toBe(text);
        expect(jsonText(copyJson(parseJson(text)))).toBe(text);
      }),
    );
  });

  it('writes another number that was put in place of a large one', () => {
    const facts = parseJson('{"big":12345678901234567891,"huge":1e999,"minus":-98765432109876543210}') as Record<
      string,
      unknown
    >;
    facts['big'] = 7;
    expect(jsonText(facts)).toBe('{"big":7,"huge":1e999,"minus":-98765432109876543210}');
    expect(jsonText({ facts }, 2)).toContain('"minus": -98765432109876543210');
  });

  it('keeps __proto__ as a key of its own, also beside a large number', () => {
    const text = '{"__proto__":{"n":12345678901234567891},"a":1}';
    expect(jsonText(parseJson(text))).toBe(text);
    expect(({} as Record<string, unknown>)['n']).toBeUndefined();
  });
});
