import { describe, expect, it } from 'vitest';
import fc from '../../helpers/property.js';
import { membersOf, objectText } from '../../../src/lib/base/json-members.js';

describe('the members of a JSON object', () => {
  it('are what JSON.parse finds, each as it is written', () => {
    const spaces = fc.constantFrom('', ' ', '\n', '\t ');
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), spaces, (object, space) => {
        const text = `${space}{${Object.entries(object)
          .map(([key, value]) => `${space}${JSON.stringify(key)}${space}:${space}${JSON.stringify(value)}${space}`)
          .join(',')}${space}}`;
        const members = membersOf(text);
        expect([...members.keys()]).toEqual(Object.keys(object));
        for (const [key, value] of members) expect(value).toBe(JSON.stringify(object[key]));
        expect(JSON.parse(objectText(members))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('keep the digits, the escapes and the spaces of their values', () => {
    const members = membersOf('{"a": 1.50, "b":"\\u0041}", "c": { "d" : [1e2, "]"] } }');
    expect([...members]).toEqual([
      ['a', '1.50'],
      ['b', '"\\u0041}"'],
      ['c', '{ "d" : [1e2, "]"] }'],
    ]);
  });

  it('are the last of equal keys', () => {
    expect([...membersOf('{"a":1,"a":2}')]).toEqual([['a', '2']]);
  });
});
