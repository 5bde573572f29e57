import { describe, expect, it } from 'vitest';
import { bracketOf, championOf, playable, type Winners } from '../../../../src/lib/dream/tournament/bracket.js';
import fc from '../../../helpers/property.js';

const entrants = (count: number) => Array.from({ length: count }, (_, index) => `m${index + 1}`);

/** Plays a bracket; answers the matches in their order and the champion. */
function play(names: readonly string[], winnerOf: (a: string, b: string) => string | null) {
  const played: string[] = [];
  let winners: Winners = {};
  for (;;) {
    const matches = bracketOf(names, winners);
    const [next] = playable(matches);
    if (next === undefined) return { played, champion: championOf(names, matches) };
    played.push(`${next.id}: ${next.a}-${next.b}`);
    winners = { ...winners, [next.id]: winnerOf(next.a, next.b) };
  }
}

describe('a bracket', () => {
  it('of eight has seven matches, and the best two can only meet in the last', () => {
    expect(play(entrants(8), (a) => a)).toEqual({
      played: ['1.1: m1-m8', '1.2: m5-m4', '1.3: m3-m6', '1.4: m7-m2', '2.1: m1-m5', '2.2: m3-m7', '3.1: m1-m3'],
      champion: 'm1',
    });
  });

  it('of five gives byes to the best three', () => {
    const { played } = play(entrants(5), (a) => a);
    expect(played).toHaveLength(4);
    expect(played[0]).toBe('1.2: m5-m4');
  });

  it('of one is won without a match, and of none by nobody', () => {
    expect(play(['m1'], (a) => a)).toEqual({ played: [], champion: 'm1' });
    expect(play([], (a) => a)).toEqual({ played: [], champion: null });
  });

  it('gives a bye to who would have met one of two that failed', () => {
    const { champion } = play(entrants(4), (a, b) => (a === 'm1' || b === 'm1' ? null : a));
    expect(['m2', 'm3']).toContain(champion);
  });

  it('has one match fewer than entrants, and the strongest wins, whatever their number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), (count, pick) => {
        const names = entrants(count);
        const strongest = names[pick % count] ?? '';
        const { played, champion } = play(names, (a, b) => (b === strongest ? b : a));
        expect(played).toHaveLength(count - 1);
        expect(champion).toBe(strongest);
      }),
    );
  });
});
