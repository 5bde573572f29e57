import { describe, expect, it } from 'vitest';
import { mostUrgent, priorityOf, urgencyOf } from '../../../src/lib/signals/priority.js';
import fc from '../../helpers/property.js';

describe('priorities', () => {
  it.each([
    [10, 'critical'],
    [9, 'critical'],
    [8.5, 'high'],
    [7, 'high'],
    [6, 'normal'],
    [5, 'normal'],
    [4, 'low'],
    [-3, 'low'],
    ['Critical', 'critical'],
    [' low ', 'low'],
    ['9', 'critical'],
    ['sometime', 'normal'],
    [undefined, 'normal'],
    [Number.NaN, 'normal'],
  ])('put %j on the one scale as %s', (value, word) => {
    expect(priorityOf(value)).toBe(word);
  });

  it('let the more urgent of an integer and a word win, and ignore what says nothing', () => {
    expect(mostUrgent([4, 'high'])).toBe('high');
    expect(mostUrgent([9, 'low'])).toBe('critical');
    expect(mostUrgent([undefined, 'low'])).toBe('low');
    expect(mostUrgent([])).toBe('normal');
  });

  it('have an urgency whatever the value', () => {
    fc.assert(fc.property(fc.anything(), (value) => [0, 1, 2, 3].includes(urgencyOf(value))));
  });
});
