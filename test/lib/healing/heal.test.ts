import { describe, expect, it } from 'vitest';
import { INVESTIGATOR, MINUTE_MS, namesOf, rulesFrom, sighted, world } from './world.js';

const WATCHDOG = { name: 'dog', when: { event: 'watchdog' }, do: { action: 'restart_daemon' } };

/** A repair that a timeout led to, just made. */
async function repaired() {
  const colony = world();
  const timeout = colony.timeout();
  const [started] = (await colony.look()).new;
  colony.made(started!);
  await colony.look();
  return { colony, timeout, started: started! };
}

describe('a timeout that suggests to restart the investigator', () => {
  it('leads to one restart, whose cause it is', async () => {
    const colony = world();
    const timeout = colony.timeout('audio');
    const look = await colony.look();
    expect(look.new).toMatchObject([
      {
        signal: 'Q_REPAIR_STARTED',
        cause_id: timeout.id,
        trace: timeout.trace,
        facts: { event: 'missing_signal', action: 'restart_daemon', target: INVESTIGATOR },
      },
    ]);
    expect(look.new[0]?.facts['reason']).toBe('audio has no Q_INVESTIGATION_COMPLETE');
  });

  it('leads to nothing where it suggests something else, or the answer came meanwhile', async () => {
    const colony = world();
    colony.timeout('q', { suggested_action: 'replay_dead_letter' });
    colony.timeout('late');
    colony.emit('Q_INVESTIGATION_COMPLETE', { question_id: 'late' });
    expect((await colony.look()).new).toEqual([]);
  });

  it('leads to nothing where a repair is among its causes', async () => {
    const { colony, started } = await repaired();
    colony.emit('Q_INVESTIGATION_COMPLETE', { question_id: 'q' });
    await colony.look();
    colony.pass(60 * MINUTE_MS);
    const asked = colony.emit('Q_CURIOSITY_INVESTIGATE', { question_id: 'r' }, started);
    colony.timeout('r', {}, asked);
    const look = await colony.look();
    expect(look.new).toEqual([]);
    expect(look.considered[0]).toMatchObject({ outcome: 'nothing' });
    expect(look.considered[0]?.reason).toContain('a repair leads to no other');
  });

  it('cools down before the next one', async () => {
    const { colony } = await repaired();
    colony.emit('Q_INVESTIGATION_COMPLETE', { question_id: 'q' });
    expect(namesOf((await colony.look()).new)).toEqual(['Q_REPAIR_JUDGED']);
    colony.timeout('other');
    expect((await colony.look()).considered[0]?.reason).toContain('cooling down');
    colony.pass(10 * MINUTE_MS);
    colony.timeout('third');
    expect(namesOf((await colony.look()).new)).toEqual(['Q_REPAIR_STARTED']);
  });
});

describe('a repair', () => {
  it('helped when the very answer comes that was missing', async () => {
    const { colony, started } = await repaired();
    colony.emit('Q_INVESTIGATION_COMPLETE', { question_id: 'another' });
    expect((await colony.look()).new).toEqual([]);
    colony.emit('Q_INVESTIGATION_COMPLETE', { question_id: 'q' });
    expect((await colony.look()).new).toMatchObject([
      { signal: 'Q_REPAIR_JUDGED', cause_id: started.id, facts: { helped: true } },
    ]);
  });

  it('that did not help is told of once, and its rule stands still until an answer shows that all is well', async () => {
    const { colony, started } = await repaired();
    colony.pass(10 * MINUTE_MS);
    expect((await colony.look()).new).toMatchObject([
      { signal: 'Q_REPAIR_JUDGED', facts: { helped: false } },
      {
        signal: 'Q_HEALTH_ALERT',
        cause_id: started.id,
        facts: { alert_type: 'repair_did_not_help', severity: 'critical' },
      },
    ]);
    for (let round = 0; round < 5; round += 1) {
      colony.pass(60 * MINUTE_MS);
      colony.timeout(`again ${round}`);
      expect((await colony.look()).new).toEqual([]);
    }
    colony.emit('Q_INVESTIGATION_COMPLETE', { question_id: 'whichever' });
    await colony.look();
    colony.timeout('anew');
    expect(namesOf((await colony.look()).new)).toEqual(['Q_REPAIR_STARTED']);
  });

  it.each(['failed', 'refused'] as const)('that was %s is told of at once', async (outcome) => {
    const colony = world();
    colony.timeout();
    const [started] = (await colony.look()).new;
    colony.made(started!, outcome);
    expect(namesOf((await colony.look()).new)).toEqual(['Q_REPAIR_JUDGED', 'Q_HEALTH_ALERT']);
  });

  it('of which nothing is heard did not help', async () => {
    const colony = world();
    colony.timeout();
    await colony.look();
    colony.pass(24 * MINUTE_MS);
    expect((await colony.look()).new).toEqual([]);
    colony.pass(MINUTE_MS);
    expect(namesOf((await colony.look()).new)).toEqual(['Q_REPAIR_JUDGED', 'Q_HEALTH_ALERT']);
  });

  it('is judged by the signal that the rule names', async () => {
    const helped = { within: '5m', signal: 'Q_MY_PROOF', where: 'facts.of == "repair"' };
    const colony = world(rulesFrom({ ...WATCHDOG, helped }));
    colony.seen = [sighted('watchdog')];
    const [, started] = (await colony.look()).new;
    colony.made(started!);
    colony.seen = [];
    colony.emit('Q_MY_PROOF', { of: 'something else' });
    expect((await colony.look()).new).toEqual([]);
    colony.emit('Q_MY_PROOF', { of: 'repair' });
    expect((await colony.look()).new).toMatchObject([{ facts: { helped: true } }]);
  });
});

describe('what the healer sees by itself', () => {
  it('is an alert first, which is the cause of the repair', async () => {
    const colony = world(rulesFrom(WATCHDOG));
    colony.seen = [sighted('watchdog')];
    const [alert, started] = (await colony.look()).new.slice(0, 2);
    expect(alert).toMatchObject({ signal: 'Q_HEALTH_ALERT', facts: { alert_type: 'daemon_silent' } });
    expect(started).toMatchObject({ signal: 'Q_REPAIR_STARTED', cause_id: alert?.id, trace: alert?.id });
  });

  it('helped when it is not to be seen any more at the end of its time', async () => {
    const colony = world(
      rulesFrom({ ...WATCHDOG, helped: { within: '5m' } }, { name: 'restart_who_does_not_beat', enabled: false }),
    );
    colony.seen = [sighted('watchdog')];
    const [, started] = (await colony.look()).new;
    colony.made(started!);
    colony.seen = [];
    expect((await colony.look()).new).toEqual([]);
    colony.pass(5 * MINUTE_MS);
    expect((await colony.look()).new).toMatchObject([{ signal: 'Q_REPAIR_JUDGED', facts: { helped: true } }]);
  });

  it('acts on many daemons, each with a cooldown of its own, within one budget that is told of when it is used up', async () => {
    const only = { name: 'restart_who_does_not_beat', enabled: false };
    const colony = world(rulesFrom({ ...WATCHDOG, budget: 1, do: { action: 'clear_stuck_lease' } }, only));
    colony.seen = [sighted('watchdog', INVESTIGATOR), sighted('watchdog', 'dream_consumer_daemon')];
    const first = (await colony.look()).new;
    expect(namesOf(first)).toEqual(['Q_HEALTH_ALERT', 'Q_REPAIR_STARTED', 'Q_HEALTH_ALERT']);
    expect(first[2]?.facts).toMatchObject({ alert_type: 'repair_did_not_help' });
    expect(first[2]?.facts['metric_value']).toContain('1 of 1 repairs in an hour');
    expect((await colony.look()).new).toEqual([]);
  });

  it('never ends the healer, which no rule may name', async () => {
    const colony = world(rulesFrom(WATCHDOG));
    colony.seen = [sighted('watchdog', 'orchestrator_monitor')];
    const look = await colony.look();
    expect(look.new).toEqual([]);
    expect(look.considered[0]?.reason).toContain('is no daemon that a rule may name');
  });
});

describe('a critical alert', () => {
  const RULE = {
    name: 'sweep_a_full_disk',
    when: { event: 'health_critical', alert: 'disk_space_low' },
    do: { action: 'run_command', command: 'sweep' },
    helped: { within: '5m' },
  };
  const ALERT = { alert_type: 'disk_space_low', metric_value: '99%', threshold: '80%', recommended_action: 'x' };

  it('is repaired when its type is meant, and has helped when it has cleared', async () => {
    const colony = world(rulesFrom(RULE));
    colony.emit('Q_HEALTH_ALERT', { ...ALERT, severity: 'warning' });
    colony.emit('Q_HEALTH_ALERT', { ...ALERT, alert_type: 'other', severity: 'critical' });
    expect((await colony.look()).new).toEqual([]);
    colony.emit('Q_HEALTH_ALERT', { ...ALERT, severity: 'critical' });
    colony.standing.add('disk_space_low');
    const [started] = (await colony.look()).new;
    expect(started?.facts).toMatchObject({ action: 'run_command', target: 'sweep', subject: 'disk_space_low' });
    colony.made(started!);
    await colony.look();
    colony.standing.clear();
    colony.pass(5 * MINUTE_MS);
    expect((await colony.look()).new).toMatchObject([{ facts: { helped: true } }]);
  });

  it('is no matter for a rule where healing said it', async () => {
    const colony = world(rulesFrom({ ...RULE, when: { event: 'health_critical' } }));
    colony.emit('Q_HEALTH_ALERT', { ...ALERT, alert_type: 'repair_did_not_help', severity: 'critical' });
    expect(await colony.look()).toMatchObject({ new: [], considered: [] });
  });
});

describe('a repair signal', () => {
  const RULE = {
    name: 'say_it',
    when: { event: 'missing_signal', signal: 'Q_INVESTIGATION_TIMEOUT' },
    do: { action: 'repair_signal', signal: 'Q_MY_REPAIR', with: { question: '=facts.question_id', of: 'kloros' } },
  };
  const alone = { name: 'restart_the_silent_investigator', enabled: false };

  it('has the facts that the rule computes', async () => {
    const colony = world(rulesFrom(alone, RULE));
    colony.timeout('audio');
    expect((await colony.look()).new[0]?.facts).toMatchObject({
      emit_signal: 'Q_MY_REPAIR',
      emit_facts: { question: 'audio', of: 'kloros' },
    });
  });

  it('whose facts cannot be made is told of once, and repairs nothing', async () => {
    const wrong = { ...RULE.do, signal: 'Q_CURIOSITY_INVESTIGATE', with: { question: '=facts.no_such_fact' } };
    const colony = world(rulesFrom(alone, { ...RULE, do: wrong }));
    colony.timeout('audio');
    expect(namesOf((await colony.look()).new)).toEqual(['Q_HEALTH_ALERT']);
    colony.timeout('video');
    expect((await colony.look()).new).toEqual([]);
  });
});

describe('a rule that stands still', () => {
  it('goes on when it is edited', async () => {
    const colony = world(rulesFrom(WATCHDOG));
    colony.seen = [sighted('watchdog')];
    const started = (await colony.look()).new.find(({ facts }) => facts['rule'] === 'dog');
    colony.made(started!, 'refused');
    await colony.look();
    colony.pass(60 * MINUTE_MS);
    const ofDog = ({ facts }: { facts: Record<string, unknown> }) => facts['rule'] === 'dog';
    expect((await colony.look()).new.filter(ofDog)).toEqual([]);
    colony.rules = rulesFrom({ ...WATCHDOG, cooldown: '11m' });
    expect(namesOf((await colony.look()).new.filter(ofDog))).toEqual(['Q_REPAIR_STARTED']);
  });
});
