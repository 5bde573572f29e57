import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../src/lib/healing/memory.js';
import type { Rules } from '../../src/lib/healing/rules.js';
import type { Signal } from '../../src/lib/signals/envelope.js';
import fc from '../helpers/property.js';
import { INVESTIGATOR, rulesOf, sighted, world } from '../lib/healing/world.js';

const DAEMONS = [INVESTIGATOR, 'dream_consumer_daemon', 'chemical_bus', 'orchestrator_monitor', 'nobody'];
const seconds = (min: number, max: number) => fc.integer({ min, max }).map((count) => `${count}s`);

const event = fc.oneof(
  fc.constantFrom('Q_INVESTIGATION_TIMEOUT', 'Q_DREAM_TIMEOUT').map((signal) => ({ event: 'missing_signal', signal })),
  fc.constant({ event: 'watchdog', for: '1s' }),
  fc.constant({ event: 'restart_storm', within: '1s' }),
  fc.constant({ event: 'lag_grows', for: '1s' }),
);
const action = fc.oneof(
  fc.constant({ action: 'restart_daemon', daemon: INVESTIGATOR }),
  fc.constant({ action: 'restart_daemon' }),
  fc.constant({ action: 'pause_daemon', for: '1s' }),
  fc.constant({ action: 'clear_stuck_lease' }),
  fc.constant({ action: 'run_command', command: 'sweep' }),
  // A repair that asks the very question whose timeouts lead to repairs.
  fc.constant({ action: 'repair_signal', signal: 'Q_MY_REPAIR', with: {} }),
);
const critical = fc.record({
  when: fc.constant({ event: 'health_critical' }),
  do: fc.constant({ action: 'run_command', command: 'sweep' }),
});
const rule = fc
  .tuple(
    fc.oneof(fc.record({ when: event, do: action }), critical),
    fc.record({ cooldown: seconds(0, 900), budget: fc.integer({ min: 1, max: 6 }), within: seconds(1, 900) }),
  )
  .map(([parts, { cooldown, budget, within }]) => ({ ...parts, cooldown, budget, helped: { within } }));

const ruleSet = fc
  .record({ budget: fc.integer({ min: 1, max: 12 }), rules: fc.array(rule, { minLength: 1, maxLength: 6 }) })
  .map(({ budget, rules }) => {
    const named = rules.map((one, index) => ({ ...one, name: `rule_${index}` }));
    return rulesOf(JSON.stringify({ budget, rules: named }));
  });

/** What happens between two looks; `cause` points at something that was said before. */
const happening = fc.record({
  passMs: fc.integer({ min: 0, max: 900_000 }),
  seen: fc.subarray(['watchdog', 'restart_storm', 'lag_grows'] as const),
  daemon: fc.constantFrom(...DAEMONS),
  outcome: fc.constantFrom('made', 'failed', 'refused', 'nothing'),
  says: fc.array(
    fc.record({
      what: fc.constantFrom('timeout', 'dream', 'alert', 'answer', 'forged'),
      cause: fc.option(fc.nat(), { nil: undefined }),
      question: fc.constantFrom('a', 'b'),
    }),
    { maxLength: 4 },
  ),
});
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;
type World = ReturnType<typeof world>;

function sayAll(colony: World, says: Happening['says']): void {
  for (const { what, cause, question } of says) {
    const causing = cause === undefined ? undefined : colony.said[cause % Math.max(1, colony.said.length)];
    const alert = { alert_type: 'x', severity: 'critical', metric_value: '', threshold: '', recommended_action: '' };
    if (what === 'timeout') colony.timeout(question, {}, causing);
    if (what === 'dream') colony.emit('Q_DREAM_TIMEOUT', { cycle_id: question, suggested_action: 'any' }, causing);
    if (what === 'alert') colony.emit('Q_HEALTH_ALERT', alert, causing);
    if (what === 'answer') colony.emit('Q_INVESTIGATION_COMPLETE', { question_id: question }, causing);
    if (what === 'forged') colony.emit('Q_REPAIR_MADE', { rule: 'rule_0', outcome: 7 }, causing);
  }
}

interface Repair {
  atMs: number;
  started: Signal;
}

/** Lets it all happen; every repair is answered, and says whatever it may lead to. */
async function live(rules: Rules, happenings: readonly Happening[]): Promise<{ repairs: Repair[]; colony: World }> {
  const colony = world(rules);
  const repairs: Repair[] = [];
  for (const { passMs, seen, daemon, outcome, says } of happenings) {
    colony.pass(passMs);
    colony.seen = seen.map((one) => sighted(one, daemon));
    sayAll(colony, says);
    for (const started of (await colony.look()).new.filter(({ signal }) => signal === 'Q_REPAIR_STARTED')) {
      repairs.push({ atMs: colony.nowMs, started });
      if (outcome !== 'nothing') colony.made(started, outcome);
      const effect = colony.emit('Q_CURIOSITY_INVESTIGATE', { question_id: 'effect' }, started);
      colony.timeout('effect', {}, effect);
    }
  }
  return { repairs, colony };
}

function mostInAnHour(repairs: readonly Repair[]): number {
  const within = ({ atMs }: Repair) =>
    repairs.filter((one) => atMs - one.atMs >= 0 && atMs - one.atMs < HOUR_MS).length;
  return Math.max(0, ...repairs.map(within));
}

function chainOf(signal: Signal, said: readonly Signal[]): Signal[] {
  const cause = said.find(({ id }) => id === signal.cause_id);
  return cause === undefined ? [] : [cause, ...chainOf(cause, said)];
}

describe('whatever the rules are and whatever happens', () => {
  const lives = fc.tuple(ruleSet, fc.array(happening, { maxLength: 40 }));

  it('repairs stay within the budget of each rule and of the colony, and none comes of another', async () => {
    await fc.assert(
      fc.asyncProperty(lives, async ([rules, happenings]) => {
        const { repairs, colony } = await live(rules, happenings);
        expect(mostInAnHour(repairs)).toBeLessThanOrEqual(rules.budget);
        for (const { name, budget } of rules.rules)
          expect(mostInAnHour(repairs.filter(({ started }) => started.facts['rule'] === name))).toBeLessThanOrEqual(
            budget,
          );
        for (const { started } of repairs)
          expect(chainOf(started, colony.said).filter(({ signal }) => signal.startsWith('Q_REPAIR_'))).toEqual([]);
        const judged = colony.said.filter(({ signal }) => signal === 'Q_REPAIR_JUDGED').map(({ cause_id }) => cause_id);
        expect(new Set(judged).size).toBe(judged.length);
      }),
      { numRuns: 150 },
    );
  });

  it('reaches repairs, failures and budgets that are used up', async () => {
    const seen = { repairs: 0, judged: new Set<unknown>(), alerts: 0 };
    for (const [rules, happenings] of fc.sample(lives, 60)) {
      const { repairs, colony } = await live(rules, happenings);
      seen.repairs += repairs.length;
      for (const { signal, facts } of colony.said) {
        if (signal === 'Q_REPAIR_JUDGED') seen.judged.add(facts['helped']);
        if (facts['alert_type'] === 'repair_did_not_help') seen.alerts += 1;
      }
    }
    expect(seen.repairs).toBeGreaterThan(60);
    expect(seen.judged).toEqual(new Set([true, false]));
    expect(seen.alerts).toBeGreaterThan(10);
  });
});
