import { beforeEach, describe, expect, it } from 'vitest';
import { Pulse } from '../../../src/lib/runtime/pulse.js';

describe('the pulse of a loop', () => {
  let nowMs = 0;
  let pulse: Pulse;
  beforeEach(() => {
    nowMs = 0;
    pulse = new Pulse({ clock: { monotonicMs: () => nowMs }, patienceMs: 1_000, idleWords: 'Waits for signals' });
  });

  it('says what it does and what it has done', () => {
    expect(pulse.vitals()).toEqual({ isAlive: true, words: 'Waits for signals' });
    pulse.turn(2);
    expect(pulse.vitals().words).toBe('Works on 2');
    pulse.ended();
    pulse.ended();
    expect(pulse.vitals().words).toBe('Waits for signals; 2 handled');
  });

  it('is gone when neither a turn nor an end was seen for longer than work may take', () => {
    nowMs = 1_000;
    expect(pulse.vitals().isAlive).toBe(true);
    nowMs = 5_000;
    expect(pulse.vitals()).toEqual({ isAlive: false, words: 'Stands still for 5 s' });
  });

  it('is back with the next beat', () => {
    nowMs = 5_000;
    pulse.ended();
    expect(pulse.vitals().isAlive).toBe(true);
  });
});
