import { describe, expect, it } from 'vitest';
import { fieldOf } from '../../../src/lib/operator/field.js';
import { mint } from '../../../src/lib/signals/mint.js';

const signal = mint(
  { signal: 'Q', facts: { a: { b: [10, { c: 'deep' }] }, n: null } },
  { id: 'I', source: 's', nowMs: 0 },
);

describe('a field of a signal', () => {
  it('is found by its path, inside objects and lists', () => {
    expect(['signal', 'facts.a.b.0', 'facts.a.b.1.c', 'facts.n'].map((path) => fieldOf(signal, path))).toEqual([
      'Q',
      10,
      'deep',
      null,
    ]);
  });

  it('is undefined where there is none, and never comes from a prototype', () => {
    const paths = ['', 'facts.x', 'facts.n.x', 'signal.length.x', 'facts.constructor', 'facts.__proto__', 'toString'];
    expect(paths.map((path) => fieldOf(signal, path))).toEqual(paths.map(() => undefined));
  });
});
