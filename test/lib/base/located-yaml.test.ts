import { describe, expect, it } from 'vitest';
import { readYaml } from '../../../src/lib/base/located-yaml.js';

const laughs = [
  'a: &a0 [x, x]',
  ...Array.from({ length: 12 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n}, `.repeat(9)}*a${n}]`),
];

describe('a YAML text that people wrote', () => {
  it.each([
    { what: 'an alias without its anchor', text: 'a:\n  b: *nope\n', line: 2, why: '*nope stands for nothing' },
    { what: 'a key that is there twice', text: 'a: 1\nb: 2\na: 3\n', line: 3, why: 'unique' },
    { what: 'a tag that nobody knows', text: 'a: 1\nb: !!python/object:os.system x\n', line: 2, why: 'tag' },
    { what: 'a merge key', text: 'x: &x {a: 1}\ny:\n  <<: *x\n', line: 3, why: 'merge key' },
    { what: 'aliases that multiply without end', text: laughs.join('\n'), line: 1, why: 'alias' },
  ])('is refused with its place for $what', ({ text, line, why }) => {
    const read = readYaml(text);
    const problem = 'problem' in read ? read.problem : undefined;
    expect(problem?.line).toBe(line);
    expect(problem?.why.toLowerCase()).toContain(why);
  });

  it('may have anchors that are used, and a quoted <<', () => {
    expect(readYaml('a: &a {n: 1}\nb: *a\n"<<": 2\n')).toMatchObject({ value: { a: { n: 1 }, b: { n: 1 }, '<<': 2 } });
  });
});
