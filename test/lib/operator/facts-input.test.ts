import { describe, expect, it } from 'vitest';
import { parseFacts, withFacts } from '../../../src/lib/operator/facts-input.js';
import fc from '../../helpers/property.js';

describe('facts on the command line', () => {
  it('are JSON values, and text where they are not', () => {
    const args = ['a=1', 'b=true', 'c=null', 'd=[1,2]', 'e=plain text', 'f="1"', 'g=', 'h=x=y'];
    expect(withFacts({}, args)).toEqual({
      a: 1,
      b: true,
      c: null,
      d: [1, 2],
      e: 'plain text',
      f: '1',
      g: '',
      h: 'x=y',
    });
  });

  it('reach into objects by dots, and leave the given facts as they were', () => {
    const given = { a: { b: 1 } };
    expect(withFacts(given, ['a.c=2', 'x.y.z=3'])).toEqual({ a: { b: 1, c: 2 }, x: { y: { z: 3 } } });
    expect(given).toEqual({ a: { b: 1 } });
  });

  it.each(['novalue', '=1', '.a=1', 'a..b=1', 'list.x=1'])('%j is refused in words', (arg) => {
    expect(() => withFacts({ list: [] }, [arg])).toThrow(expect.objectContaining({ code: 'INVALID_FACT' }));
  });

  it('never touch a prototype', () => {
    const facts = withFacts({}, ['__proto__.polluted=1', 'constructor.prototype.polluted=1']);
    expect(Object.keys(facts)).toEqual(['__proto__', 'constructor']);
    expect('polluted' in {}).toBe(false);
  });

  it('keep any value that JSON has', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        expect(JSON.stringify(withFacts({}, [`k=${JSON.stringify(value)}`])['k'])).toBe(JSON.stringify(value));
      }),
    );
  });
});

describe('facts of a file', () => {
  it('are a JSON object', () => {
    expect(parseFacts('{"a":1}', 'x.json')).toEqual({ a: 1 });
  });

  it.each(['', '[1]', 'null', '{"a":', '3'])('%j is refused with the name of the file', (text) => {
    expect(() => parseFacts(text, 'x.json')).toThrow(
      expect.objectContaining({ code: 'INVALID_FACTS', message: expect.stringContaining('x.json') as string }),
    );
  });
});
