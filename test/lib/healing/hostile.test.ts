import { describe, expect, it } from 'vitest';
import { Memory } from '../../../src/lib/healing/memory.js';
import type { Sighting } from '../../../src/lib/healing/sighting.js';
import { ruleStatuses } from '../../../src/lib/healing/status.js';
import type { Signal } from '../../../src/lib/signals/envelope.js';
import fc from '../../helpers/property.js';
import { INVESTIGATOR, MINUTE_MS, namesOf, rulesFrom, sighted, world } from './world.js';

const DOG = { name: 'dog', when: { event: 'watchdog' }, do: { action: 'restart_daemon', daemon: INVESTIGATOR } };
const STORM = { name: 'storm', when: { event: 'restart_storm' }, do: { action: 'pause_daemon', daemon: INVESTIGATOR } };

/** Repairs that these rules began; the built-in ones look at the same. */
const startedBy = (said: readonly Signal[], ...rules: string[]) =>
  said.filter(({ signal, facts }) => signal === 'Q_REPAIR_STARTED' && rules.includes(String(facts['rule'])));
const listed = (colony: ReturnType<typeof world>, name: string, state = colony.state) =>
  ruleStatuses(colony.rules, state, colony.nowMs).find((status) => status.name === name);

/** One that no code can look at. */
function unreadable(subject: string): Sighting {
  return Object.defineProperty(sighted('watchdog', subject), 'detail', {
    get: () => {
      throw new Error('it is on fire');
    },
  });
}

describe('an observation that cannot be judged', () => {
  it('is set aside with its reason, told of once, and holds back neither another one nor another rule', async () => {
    const colony = world(rulesFrom(DOG, STORM));
    colony.seen = [unreadable('dream_consumer_daemon'), sighted('restart_storm')];
    const first = await colony.look();
    expect(namesOf(first.new)).toContain('Q_HEALTH_ALERT');
    expect(startedBy(first.new, 'dog', 'storm')).toMatchObject([{ facts: { rule: 'storm' } }]);
    expect(first.new).toContainEqual(
      expect.objectContaining({
        facts: expect.objectContaining({
          metric_value: expect.stringContaining('dream_consumer_daemon: it could not be judged: ') as string,
        }) as object,
      }),
    );
    expect(namesOf((await colony.look()).new)).toEqual([]);
  });

  it('shows why in the list of rules', async () => {
    const colony = world(rulesFrom(DOG));
    colony.seen = [unreadable('dream_consumer_daemon')];
    await colony.look();
    expect(listed(colony, 'dog')?.still).toMatchObject([
      { subject: 'dream_consumer_daemon', reason: expect.stringContaining('on fire') as string },
    ]);
  });

  it('goes on when its rule was edited', async () => {
    const colony = world(rulesFrom(DOG));
    colony.seen = [unreadable('dream_consumer_daemon')];
    await colony.look();
    colony.rules = rulesFrom({ ...DOG, cooldown: '5m' });
    colony.seen = [sighted('watchdog', 'dream_consumer_daemon')];
    expect(startedBy((await colony.look()).new, 'dog')).toHaveLength(1);
  });
});

it('A subject without a name, of which nothing can be said, is set aside, and the rule acts on the others', async () => {
  const colony = world(rulesFrom(DOG));
  colony.seen = ['', 'dream_consumer_daemon'].map((subject) => ({ ...sighted('watchdog'), subject }));
  expect(startedBy((await colony.look()).new, 'dog')).toMatchObject([{ facts: { subject: 'dream_consumer_daemon' } }]);
  expect(listed(colony, 'dog')?.still).toMatchObject([{ subject: '' }]);
  colony.timeout('q', { daemon: '' });
  expect(namesOf((await colony.look()).new)).toContain('Q_REPAIR_STARTED');
});

it('A condition that would take too long is told of with its rule, and does not count as one that is not met', async () => {
  const where = 'facts.list.all(a, facts.list.all(b, facts.list.all(c, a + b + c >= 0.0)))';
  const when = { event: 'missing_signal', signal: 'Q_INVESTIGATION_TIMEOUT', where };
  const colony = world(
    rulesFrom({ ...DOG, name: 'slow', when }, { ...DOG, name: 'quick', when: { ...when, where: 'true' } }),
  );
  colony.timeout('q', { list: Array.from({ length: 300 }, (_, n) => n) });
  const { new: said } = await colony.look();
  expect(startedBy(said, 'slow', 'quick')).toMatchObject([{ facts: { rule: 'quick' } }]);
  expect(listed(colony, 'slow')?.still).toMatchObject([{ subject: 'Q_INVESTIGATION_TIMEOUT' }]);
});

it('Any text is a subject: it is repaired once in its cooldown, remembered, and listed, whatever its name', async () => {
  const names = fc.oneof(
    fc.constantFrom('constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'prototype'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(names, { minLength: 1, maxLength: 3 }), async (subjects) => {
      const colony = world(rulesFrom(DOG));
      colony.seen = subjects.map((subject) => ({ ...sighted('watchdog'), subject, daemon: subject }));
      const started = async () => startedBy((await colony.look()).new, 'dog');
      expect((await started()).map(({ facts }) => facts['subject'])).toEqual(subjects);
      colony.pass(MINUTE_MS);
      expect(await started()).toEqual([]);
      // As it is read from the journal.
      const kept = JSON.parse(JSON.stringify(colony.state)) as Record<string, unknown>;
      expect(
        listed(colony, 'dog', kept)
          ?.under_way.map(({ subject }) => subject)
          .sort(),
      ).toEqual([...subjects].sort());
      for (const subject of subjects) expect(new Memory(kept).case('dog', subject).open).not.toBeNull();
    }),
  );
});
