import { describe, expect, it } from 'vitest';
import { Memory } from '../../../src/lib/healing/memory.js';
import { moved, stepBetween } from '../../../src/lib/base/clock-step.js';
import fc from '../../helpers/property.js';
import { INVESTIGATOR, rulesFrom, world as healingWorld } from '../healing/world.js';
import { MINUTE_MS, policiesOf, saidBy, world as policyWorld } from '../policy/world.js';

const YEAR_MS = 365 * 86_400_000;
/** Of a minute in all, how long passes between one setting of the clock and the next. */
const settings = fc.array(
  fc.record({ byMs: fc.integer({ min: -YEAR_MS, max: YEAR_MS }), afterMs: fc.integer({ min: 1_000, max: 9_000 }) }),
  { maxLength: 5 },
);
const POLICIES = policiesOf(
  'rules:\n  - {name: requests_start_a_cycle, cooldown: 1m, in_flight: 9, when_blocked: skip}\n',
);
const REQUEST = { reason: 'r', topic: null, requested_by: 'o', priority: 'normal' };

describe('a clock that is set', () => {
  it('neither lengthens nor shortens the cooldown of a policy, whichever way and however often', () => {
    fc.assert(
      fc.property(settings, (steps) => {
        const colony = policyWorld(POLICIES);
        const ask = () => saidBy(colony.hear('Q_DREAM_REQUESTED', REQUEST)).length;
        expect(ask()).toBe(1);
        let passedMs = 0;
        for (const { byMs, afterMs } of steps) {
          colony.setClock(byMs);
          colony.pass(afterMs);
          passedMs += afterMs;
          expect(ask()).toBe(0);
        }
        colony.pass(MINUTE_MS - passedMs + 2_001);
        expect(ask()).toBe(1);
      }),
    );
  });

  it('leaves the pause before a retry as long as it was', () => {
    fc.assert(
      fc.property(fc.integer({ min: -YEAR_MS, max: YEAR_MS }), (byMs) => {
        const colony = policyWorld();
        const first = colony.promotions('a').decisions.find(({ said }) => said !== null);
        colony.answer(first?.said?.id ?? '', false);
        colony.pass(5 * MINUTE_MS);
        colony.setClock(byMs);
        const early = [...colony.pass(1), ...colony.pass(4 * MINUTE_MS)].flatMap(saidBy);
        expect(early).toEqual([]);
        const due = [...colony.pass(2 * MINUTE_MS), ...colony.pass(1)].flatMap(saidBy);
        expect(due).toEqual(['Q_DREAM_TRIGGER']);
      }),
    );
  });

  it('counts as no time where the machine was started again and its clock went back', () => {
    const colony = policyWorld(POLICIES);
    colony.hear('Q_DREAM_REQUESTED', REQUEST);
    colony.boot = 'second';
    colony.setClock(-2 * 3_600_000);
    expect(saidBy(colony.hear('Q_DREAM_REQUESTED', REQUEST))).toEqual([]);
    colony.pass(MINUTE_MS + 1);
    expect(saidBy(colony.hear('Q_DREAM_REQUESTED', REQUEST))).toEqual(['Q_DREAM_TRIGGER']);
  });

  it('neither lengthens nor shortens the cooldown of a repair', async () => {
    const rule = {
      name: 'restart_it',
      when: { event: 'missing_signal', signal: 'Q_INVESTIGATION_TIMEOUT' },
      do: { action: 'restart_daemon', daemon: INVESTIGATOR },
      helped: { within: '1m' },
    };
    const facts = { question_id: 'q', timeout_seconds: 1, suggested_action: 'a', daemon: INVESTIGATOR };
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -YEAR_MS, max: YEAR_MS }), async (byMs) => {
        const colony = healingWorld(rulesFrom({ ...rule, cooldown: '10m' }));
        const seen = async () => {
          colony.emit('Q_INVESTIGATION_TIMEOUT', facts);
          return (await colony.look()).considered.flatMap(({ outcome, rule: name }) =>
            name === rule.name ? [outcome] : [],
          );
        };
        const repairedMs = () => new Memory(colony.state).case('restart_it', INVESTIGATOR).repairedMs ?? NaN;
        expect(await seen()).toEqual(['repairs']);
        const before = colony.nowMs - repairedMs();
        colony.nowMs += 5 * MINUTE_MS + byMs;
        colony.setMs += byMs;
        expect(await seen()).toEqual(['nothing']);
        const since = colony.nowMs - repairedMs();
        expect(Math.abs(since - before - 5 * MINUTE_MS)).toBeLessThanOrEqual(2_000);
      }),
    );
  });

  it('is seen by what passed since the machine started, and a correction of a second is none', () => {
    const at = (wallMs: number, uptimeMs: number, boot = 'b') => ({ wallMs, uptimeMs, boot });
    expect(stepBetween(at(1_000_000, 0), at(1_061_000, 60_000))).toBe(0);
    expect(stepBetween(at(1_000_000, 0), at(4_660_000, 60_000))).toBe(3_600_000);
    expect(stepBetween(at(4_600_000, 0), at(1_060_000, 60_000))).toBe(-3_600_000);
    expect(stepBetween(at(1_000_000, 9e9), at(9_000_000, 5, 'c'))).toBe(0);
    expect(stepBetween(at(9_000_000, 5), at(1_000_000, 9, 'c'))).toBe(-8_000_000);
  });

  it('moves the times that are remembered, and no fact of a signal', () => {
    const value = {
      actedAtMs: 1,
      facts: { atMs: 1 },
      cases: { constructor: { seenMs: 1, repair: 'r' } },
      repairsMs: [1, 2],
    };
    const cases = { constructor: { seenMs: 11, repair: 'r' } };
    expect(moved(value, 10)).toEqual({ actedAtMs: 11, facts: { atMs: 1 }, cases, repairsMs: [11, 12] });
  });
});
