import { describe, expect, it } from 'vitest';
import { effectsOf } from '../../../../src/lib/dream/search/effects.js';

const NUMBERS = Array.from({ length: 20 }, (_, index) => index);

describe('the effects of parameters', () => {
  it('name what moved the fitness first, how much of it, and where it was best', () => {
    const judged = NUMBERS.map((x) => ({
      params: { x, codec: x % 2 === 0 ? 'gzip' : 'brotli', still: true },
      fitness: x / 20,
    }));
    const [first, second, third] = effectsOf(['still', 'codec', 'x'], judged);
    expect(first).toMatchObject({
      parameter: 'x',
      groups: expect.toSatisfy((all: unknown[]) => all.length === 5) as [],
    });
    expect(first?.share).toBeGreaterThan(0.9);
    expect(first?.groups[0]).toMatchObject({ label: '16 to 19', count: 4 });
    expect(first?.swing).toBeCloseTo(0.8);
    expect(second?.parameter).toBe('codec');
    expect(second?.share).toBeLessThan(0.1);
    expect(third).toMatchObject({ parameter: 'still', share: 0, swing: 0, groups: [{ label: 'true', count: 20 }] });
  });

  it('are not moved by one absurd candidate', () => {
    const judged = NUMBERS.map((x) => ({ params: { x: x % 3, y: x % 2 }, fitness: x === 7 ? -1_000 : x % 3 }));
    const [first] = effectsOf(['y', 'x'], judged);
    expect(first).toMatchObject({ parameter: 'x', swing: 2 });
    expect(first?.share).toBeGreaterThan(0.7);
  });

  it('know a parameter whose condition did not hold as absent', () => {
    const judged = NUMBERS.map((x) => ({ params: x < 10 ? { level: 1 } : {}, fitness: x < 10 ? 1 : 0 }));
    expect(effectsOf(['level'], judged)).toEqual([
      {
        parameter: 'level',
        share: 1,
        swing: 1,
        groups: [
          { label: '1', count: 10, fitness: 1 },
          { label: 'absent', count: 10, fitness: 0 },
        ],
      },
    ]);
  });

  it('are nothing where all measured alike', () => {
    expect(
      effectsOf(
        ['x'],
        [
          { params: { x: 1 }, fitness: 0 },
          { params: { x: 2 }, fitness: 0 },
        ],
      ),
    ).toMatchObject([{ share: 0, swing: 0 }]);
  });
});
