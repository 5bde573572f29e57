import { describe, expect, it } from 'vitest';
import { namePattern } from '../../../src/lib/operator/pattern.js';
import fc from '../../helpers/property.js';

const NAMES = ['CAPABILITY_GAP', 'CAPABILITY_GAP_FOUND', 'Q_DREAM_COMPLETE', 'curiosity.gap', 'AFFECT_JOY'];
const heard = (...patterns: string[]) => NAMES.filter((name) => namePattern(patterns).matches(name));

describe('a pattern of names', () => {
  it('without a wildcard matches the whole name and not what begins with it', () => {
    expect(heard('CAPABILITY_GAP')).toEqual(['CAPABILITY_GAP']);
    expect(namePattern(['CAPABILITY_GAP']).exact).toEqual(['CAPABILITY_GAP']);
  });

  it('with * or ? matches more, and any of several will do', () => {
    expect(heard('CAPABILITY_*', 'AFFECT_?OY')).toEqual(['CAPABILITY_GAP', 'CAPABILITY_GAP_FOUND', 'AFFECT_JOY']);
    expect(namePattern(['Q_*', 'X']).exact).toBeUndefined();
  });

  it('that is empty matches everything', () => {
    expect(heard()).toEqual(NAMES);
  });

  it('takes dots and brackets as they are', () => {
    expect(heard('curiosity.*')).toEqual(['curiosity.gap']);
    expect(heard('curiosity?gap')).toEqual(['curiosity.gap']);
    expect(namePattern(['a.b']).matches('axb')).toBe(false);
  });

  it('never throws, matches itself, and ends soon on a name that does not match', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (name) => namePattern([name]).matches(name)));
    const startMs = performance.now();
    expect(namePattern([`${'*a'.repeat(5)}b${'*'.repeat(10_000)}`]).matches('a'.repeat(200))).toBe(false);
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });
});
