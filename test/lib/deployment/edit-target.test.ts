import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseEnv } from '../../../src/lib/deployment/edit-env.js';
import {
  currentEdits,
  editTarget,
  formatOf,
  type Edit,
  type TargetFormat,
} from '../../../src/lib/deployment/edit-target.js';
import fc from '../../helpers/property.js';

const edit = (text: string, format: TargetFormat, ...edits: Edit[]) => editTarget(text, edits, { path: '/f', format });
const set = (key: string, value: Edit['value']): Edit => ({ key, value });

describe('a configuration target', () => {
  it.each([
    ['a.yaml', 'yaml'],
    ['a.yml', 'yaml'],
    ['a.json', 'json'],
    ['a.env', 'env'],
    ['.env', 'env'],
    ['conf', 'env'],
  ])('%s is read as %s', (path, format) => expect(formatOf(path)).toBe(format));

  it.each<[TargetFormat, string, Edit, string]>([
    ['env', '# top\nA=1  # one\nexport B="two"\n', set('A', 2), '# top\nA=2  # one\nexport B="two"\n'],
    ['env', 'A=1\nexport B="two" # b\n', set('B', 'x y$z'), 'A=1\nexport B="x y\\$z" # b\n'],
    ['env', 'A=1\nA=2\n', set('A', 3), 'A=1\nA=3\n'],
    ['env', 'A=1', set('B', true), 'A=1\nB=true\n'],
    ['env', 'A=1\n# keep\nB=2\n', set('A', null), '# keep\nB=2\n'],
    ['env', "A='it #1' # c\n", set('A', 'z'), 'A=z # c\n'],
    [
      'yaml',
      '# top\na:\n    b: 1   # one\n    c: [1,2]\n',
      set('a.b', 2),
      '# top\na:\n    b: 2   # one\n    c: [1,2]\n',
    ],
    ['yaml', 'a: "x" # c\nb: &k 1\n', set('a', 'y: z'), 'a: "y: z" # c\nb: &k 1\n'],
    ['yaml', 'm: {a: 1, b: 2} # c\n', set('m.a', 'x, y'), 'm: {a: "x, y", b: 2} # c\n'],
    ['yaml', 'a.b: 1\n', set('a.b', 2), 'a.b: 2\n'],
    ['yaml', '', set('a.b', 2), 'a:\n  b: 2\n'],
    ['yaml', '# top\na: 1\n', set('b', false), '# top\na: 1\nb: false\n'],
    ['yaml', '# top\na: 1 # x\nb: 2 # y\n', set('a', null), '# top\nb: 2 # y\n'],
    ['json', '{\n   "a": {"b" : 1},\n "c":[ ]}\n', set('a.b', 'x'), '{\n   "a": {"b" : "x"},\n "c":[ ]}\n'],
    ['json', '{\n    "a": 1\n}\n', set('b.c', 2), '{\n    "a": 1,\n    "b": {\n        "c": 2\n    }\n}\n'],
    ['json', '', set('a', 1), '{\n  "a": 1\n}\n'],
    ['json', '{"a":1,"b":2}', set('a', null), '{"b":2}'],
  ])('of %s is changed in one key, every other byte stays: %j', (...[format, before, change, after]) => {
    expect(edit(before, format, change)).toBe(after);
  });

  it.each<[TargetFormat, string, Edit]>([
    ['yaml', 'a: [', set('b', 1)],
    ['yaml', 'a: &x 1\nb: *x\n', set('a', 2)],
    ['yaml', 'a: 1\n', set('a.b', 2)],
    ['json', '{', set('a', 1)],
    ['json', '[1]', set('a', 1)],
    ['env', '', set('not a key', 1)],
    ['env', '', set('A', 'two\nlines')],
  ])('of %s that cannot be changed alone is left as it is: %j', (format, text, change) => {
    expect(() => edit(text, format, change)).toThrow(expect.objectContaining({ code: 'TARGET_NOT_EDITABLE' }) as Error);
  });

  it('comes back to what it said by the edits that were read before', () => {
    const text = 'a: 1 # one\nb: x\n';
    const back = currentEdits(text, ['a', 'c'], 'yaml');
    expect(back).toEqual([set('a', 1), set('c', null)]);
    expect(edit(edit(text, 'yaml', set('a', 5), set('c', 6)), 'yaml', ...back)).toBe(text);
  });

  const value = fc.oneof(fc.string(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean());
  const line = fc.constantFrom('# note', 'A=1', 'export B="x y"', 'C=', "D='q' # c", 'junk line', '');

  it('says what was asked and nothing else, whatever stands there and is written', () => {
    fc.assert(
      fc.property(fc.array(line), value, (lines, wanted) => {
        const before = lines.join('\n');
        try {
          const after = edit(before, 'env', set('B', wanted));
          expect(parseEnv(after).get('B')).toBe(String(wanted));
          expect(after.split('\n').filter((one) => one.startsWith('#'))).toEqual(
            lines.filter((one) => one.startsWith('#')),
          );
        } catch (error) {
          expect(error).toMatchObject({ code: 'TARGET_NOT_EDITABLE' });
        }
      }),
    );
    fc.assert(
      fc.property(fc.oneof(fc.constant(-0), value), (wanted) => {
        const after = edit('# top\nm: {a: 1, b: [x]} # c\nz: "q"\n', 'yaml', set('m.a', wanted));
        expect(parse(after)).toEqual({ m: { a: Object.is(wanted, -0) ? 0 : wanted, b: ['x'] }, z: 'q' });
        expect(after).toContain('# top');
      }),
    );
  });
});
