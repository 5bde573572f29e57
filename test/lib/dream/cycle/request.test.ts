import { describe, expect, it } from 'vitest';
import { answeredMeanwhile } from '../../../../src/lib/dream/cycle/request.js';
import { signalOf } from '../../../helpers/signals.js';
import { result } from '../results.js';

const came = { receivedAtMs: Date.parse('2026-01-01T00:10:00.000Z') };
const signal = signalOf('Q_DREAM_TRIGGER');
const request = (parts: { topic?: string | null; promotions?: string[] } = {}) => ({
  cycleId: 'dream_new',
  triggerId: signal.id,
  topic: null,
  reason: 'test',
  promotions: ['a.json'],
  ...parts,
});
const ran = result('dream_1', '2026-01-01T00:20:00.000Z', { trigger_id: 'another', promotions: ['a.json', 'b.json'] });

describe('a trigger that came before a cycle ended', () => {
  it('is answered by that cycle where it did the same', () => {
    expect(answeredMeanwhile(request(), came, [ran])).toBe(ran);
    expect(answeredMeanwhile(request({ promotions: [] }), came, [ran])).toBe(ran);
    expect(answeredMeanwhile(request(), came, [{ ...ran, success: false }])).toMatchObject({ success: false });
  });

  it.each([
    ['about another topic', request({ topic: 'compression' }), ran],
    ['with a promotion that came later', request({ promotions: ['a.json', 'c.json'] }), ran],
    ['after one that ended before it came', request(), { ...ran, ended_at: '2026-01-01T00:05:00.000Z' }],
    ['after one in the foreground, which acknowledges nothing', request(), { ...ran, trigger_id: null }],
  ])('has a cycle of its own %s', (...[, asked, cycle]) => {
    expect(answeredMeanwhile(asked, came, [cycle])).toBeUndefined();
  });
});
