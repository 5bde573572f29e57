import { describe, expect, it } from 'vitest';
import { SubscribedNames } from '../../../src/lib/bus/embedded/subscribed-names.js';

describe('the names that peers subscribed to', () => {
  it('are missing after a renewal until each has come back, whoever else comes', () => {
    const names = new SubscribedNames();
    for (const name of ['Q_A', 'Q_B', 'Q_B']) names.note(name, 1);
    names.renew();
    names.note('Q_OTHER', 1);
    names.note('Q_A', 1);
    names.note('Q_B', 1);
    expect(names.isIncomplete).toBe(true);
    names.note('Q_B', 1);
    expect(names.isIncomplete).toBe(false);
  });

  it('are waited for only where they were subscribed to first, so that a flood of others holds up nobody', () => {
    const names = new SubscribedNames();
    names.note('Q_FIRST', 1);
    for (let n = 0; n < 1_000; n += 1) names.note(`flood ${n}`, 1);
    names.renew();
    names.note('Q_FIRST', 1);
    for (let n = 0; n < 99; n += 1) names.note(`flood ${n}`, 1);
    expect(names.isIncomplete).toBe(false);
  });

  it('are waited for again after a second renewal, also where a flood came back before them', () => {
    const names = new SubscribedNames();
    names.note('Q_FIRST', 1);
    names.renew();
    for (let n = 0; n < 1_000; n += 1) names.note(`flood ${n}`, 1);
    names.note('Q_FIRST', 1);
    names.renew();
    for (let n = 0; n < 1_000; n += 1) names.note(`flood ${n}`, 1);
    expect(names.isIncomplete).toBe(true);
    names.note('Q_FIRST', 1);
    expect(names.isIncomplete).toBe(false);
  });

  it('cost what is subscribed to and nothing of what was given up', () => {
    const names = new SubscribedNames();
    names.note('x'.repeat(92), 1);
    expect(names.bytes).toBe(100);
    names.note('x'.repeat(92), -1);
    expect(names.bytes).toBe(0);
    names.renew();
    expect(names.isIncomplete).toBe(false);
  });
});
