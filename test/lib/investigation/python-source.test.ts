import { describe, expect, it } from 'vitest';
import { readPython } from '../../../src/lib/investigation/python-source.js';
import fc from '../../helpers/property.js';

const names = (text: string) => readPython(text).symbols.map(({ name }) => name);

describe('facts of a Python file', () => {
  it('takes what has no underscore for public where nothing says otherwise', () => {
    expect(names('class A: pass\nasync def b(): pass\ndef _c(): pass\nD = 1\nd = 2\n')).toEqual(['A', 'b', 'D']);
  });

  it('respects __all__, grown in several places, for names declared and names passed on', () => {
    const facts = readPython(
      'from .x import Other\n__all__ = ["A"]\n__all__ += ("Other",)\nclass A: pass\nclass B: pass\n',
    );
    expect(facts.symbols.map(({ name }) => name)).toEqual(['A']);
    expect(facts.exports).toEqual(['A', 'Other']);
  });

  it('reads the first sentence of docstrings, of any quoting', () => {
    const facts = readPython(
      `"""One thing. And more."""\nclass A:\n  r'''Does\n  it well.\n\n  Not this.\n  '''\ndef b():\n  "do it"\n`,
    );
    expect(facts.doc).toBe('One thing.');
    expect(facts.symbols.map(({ doc }) => doc)).toEqual(['Does it well.', 'do it']);
  });

  it('finds declarations below decorators, conditions and try', () => {
    expect(
      names('@x\n@y(1)\ndef a(): pass\nif T:\n  class B: pass\ntry:\n  import q\nexcept E:\n  def c(): pass\n'),
    ).toEqual(['a', 'B', 'c']);
  });

  it('reads every form of import, those inside functions too', () => {
    const text =
      'import os, a.b as c\nfrom . import importlib\nfrom ..x.y import (k as m, # why\n  n)\nfrom z import *\ndef f():\n  import late\n';
    expect(readPython(text).imports).toEqual([
      { module: 'os', names: [], level: 0 },
      { module: 'a.b', names: [], level: 0 },
      { module: '', names: ['importlib'], level: 1 },
      { module: 'x.y', names: ['k', 'n'], level: 2 },
      { module: 'z', names: ['*'], level: 0 },
      { module: 'late', names: [], level: 0 },
    ]);
  });

  it('finds main guards, shebangs, test functions and test methods', () => {
    const facts = readPython(
      '#!/usr/bin/env python\ndef test_a(): pass\nclass TestB:\n  def test_c(self): pass\n  def help(self): pass\nif __name__ == "__main__":\n  main()\n',
    );
    expect(facts.entryPoints).toEqual(['shebang', 'main guard']);
    expect(facts.tests).toEqual(['test_a', 'TestB.test_c']);
  });

  it.each([
    ['a yield without a value', 'def f():\n  yield\n  x = yield\n'],
    ['numbers that end in a point', 'x = f(1., 3600.)\ny = 2.e5\n'],
    ['with and a pair', 'with f() as (a, b):\n  g(a)\n'],
    ['with in parentheses', 'with (a as b, c as d):\n  g()\n'],
  ])('understands what the grammar does not know: %s', (_, text) => {
    expect(readPython(text).error).toBeNull();
  });

  it('says where a file does not parse, and still reads what stands around it', () => {
    const facts = readPython('class A: pass\ndef broken(:\n  pass\n\ndef after():\n  pass\n');
    expect(facts.error).toMatch(/^line 2: not understood near/);
    expect(facts.symbols.map(({ name }) => name)).toContain('A');
  });

  it('survives very deep nesting', () => {
    expect(readPython(`x = ${'('.repeat(50_000)}`).error).toMatch(/^line 1/);
  });

  it('reads any text at all without throwing, and never invents a line', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc
        .array(fc.constantFrom('def ', 'class ', '(', '"""', '\n  ', ':', 'import ', '*', 'x', '\\'), { maxLength: 60 })
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (any) => readPython(any).lines <= any.split('\n').length),
      { numRuns: 300 },
    );
  });
});
