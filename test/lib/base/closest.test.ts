import { describe, expect, it } from 'vitest';
import { closest, editDistance } from '../../../src/lib/base/closest.js';
import fc from '../../helpers/property.js';

describe('the closest name', () => {
  it.each([
    ['signal lst', ['signal list', 'config show'], 'signal list'],
    ['Q_DREEM_TRIGER', ['Q_DREAM_TRIGGER', 'Q_DREAM_COMPLETE'], 'Q_DREAM_TRIGGER'],
    ['intent-ruoter', ['intent_router', 'chemical_bus'], 'intent_router'],
    ['monitor', ['orchestrator_monitor', 'intent_router'], 'orchestrator_monitor'],
    ['interval', ['intervalMs', 'diskPercent'], 'intervalMs'],
    ['xyz', ['orchestrator_monitor', 'intent_router'], undefined],
    ['', ['a'], undefined],
    ['a', [], undefined],
  ])('to %j among %j is %j', (name, candidates, expected) => {
    expect(closest(name, candidates)).toBe(expected);
  });

  it('is the name itself where it exists', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 });
    fc.assert(fc.property(names, (candidates) => closest(candidates[0] ?? '', candidates) === candidates[0]));
  });

  it('counts insertions, deletions, replacements and swaps', () => {
    expect([editDistance('ab', 'ba'), editDistance('', 'abc'), editDistance('kitten', 'sitting')]).toEqual([1, 3, 3]);
  });

  it('is as far from one to the other as back', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => editDistance(a, b) === editDistance(b, a)));
  });
});
