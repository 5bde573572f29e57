import { describe, expect, it } from 'vitest';
import { MINUTE_MS, policiesOf, saidBy, world } from './world.js';

const TRIGGER = ['Q_DREAM_TRIGGER'];

describe('one set of promotions', () => {
  it('triggers one cycle, however often the monitor speaks of it', () => {
    const colony = world();
    const said = [...Array(11).keys()].map(() => {
      colony.nowMs += MINUTE_MS;
      return saidBy(colony.promotions('set-a', 3));
    });
    expect(said.flat()).toEqual(TRIGGER);
    expect(said[0]).toEqual(TRIGGER);
  });

  it('triggers no second cycle when the first went well and the files are still there', () => {
    const colony = world();
    colony.promotions('set-a');
    colony.nowMs += 20 * MINUTE_MS;
    colony.answer('S1-0', true);
    colony.nowMs += 20 * MINUTE_MS;
    const again = colony.promotions('set-a');
    expect(saidBy(again)).toEqual([]);
    expect(again.decisions).toMatchObject([{ outcome: 'nothing', rule: 'promotions_start_a_cycle' }]);
  });

  it('that is another one has its own cycle, once the first is over', () => {
    const colony = world();
    colony.promotions('set-a');
    colony.nowMs += 2 * MINUTE_MS;
    const early = colony.promotions('set-b');
    expect(early.decisions).toMatchObject([{ outcome: 'nothing', reason: '1 of 1 Q_DREAM_TRIGGER in flight' }]);
    colony.answer('S1-0', true);
    expect(saidBy(colony.promotions('set-b'))).toEqual(TRIGGER);
  });

  it('says how many there are and why', () => {
    const [trigger] = world().promotions('set-a', 3).signals;
    expect(trigger?.facts).toEqual({
      reason: 'unacknowledged_promotions_detected',
      topic: null,
      promotion_count: 3,
      oldest_promotion_age_hours: 1,
    });
  });

  it('is told apart by its files, or their number, where a peer says no more', () => {
    const colony = world();
    const hear = (files: string[]) => saidBy(colony.hear('Q_PROMOTIONS_DETECTED', { promotion_files: files }));
    expect(hear(['a.json'])).toEqual(TRIGGER);
    colony.answer('S1-0', true);
    colony.nowMs += 2 * MINUTE_MS;
    expect(hear(['a.json'])).toEqual([]);
    expect(hear(['a.json', 'b.json'])).toEqual(TRIGGER);
    expect(saidBy(world().hear('Q_PROMOTIONS_DETECTED', { unacknowledged_count: 2 }))).toEqual(TRIGGER);
  });
});

describe('a failed cycle', () => {
  it('is tried again after growing pauses, so often and no more, and ends in one alert', () => {
    const colony = world();
    let trigger = `${colony.promotions('set-a').decisions[0]?.signal.id}-0`;
    const pauses: number[] = [];
    for (let retry = 0; retry < 3; retry += 1) {
      const failed = colony.answer(trigger, false, { error_type: 'EvaluatorFailed' });
      expect(saidBy(failed)).toEqual([]);
      expect(colony.promotions('set-a').decisions[0]?.reason).toContain(`attempt ${retry + 2} comes at`);
      const pauseMs = Date.parse(failed.decisions[0]?.until ?? '') - colony.nowMs;
      pauses.push(pauseMs / MINUTE_MS);
      expect(colony.pass(pauseMs - 1)).toEqual([]);
      const [due] = colony.pass(1);
      expect(due && saidBy(due)).toEqual(TRIGGER);
      trigger = due?.decisions[0]?.said?.id ?? '';
    }
    expect(pauses).toEqual([10, 20, 40]);
    const last = colony.answer(trigger, false);
    expect(last.signals).toMatchObject([
      { signal: 'Q_HEALTH_ALERT', facts: { alert_type: 'policy_retries_exhausted', severity: 'critical' } },
    ]);
    expect(colony.pass(1_000 * MINUTE_MS)).toEqual([]);
    expect(saidBy(colony.promotions('set-a'))).toEqual([]);
    expect(saidBy(colony.promotions('set-b'))).toEqual(TRIGGER);
  });

  it('of an existing peer is known by its exit code, and by being the only one', () => {
    const colony = world();
    colony.promotions('set-a');
    const failed = colony.hear('Q_DREAM_COMPLETE', { run_tag: 'x', exit_code: 1 });
    expect(failed.decisions).toMatchObject([{ outcome: 'waits' }]);
  });

  it('is not tried again when the rule has been switched off meanwhile', () => {
    const colony = world();
    colony.promotions('set-a');
    colony.answer('S1-0', false);
    colony.policies = policiesOf('rules: [{name: promotions_start_a_cycle, enabled: false}]');
    const [due] = colony.pass(10 * MINUTE_MS);
    expect(due?.decisions).toMatchObject([{ outcome: 'nothing', reason: 'the rule is switched off' }]);
    expect(colony.pass(1_000 * MINUTE_MS)).toEqual([]);
  });

  it('that never ended counts as failed after answer_within; being overdue alone does not', () => {
    const colony = world();
    colony.promotions('set-a');
    const overdue = colony.hear('Q_DREAM_TIMEOUT', { cycle_id: 'c', trigger_id: 'S1-0', timeout_seconds: 1800 });
    expect(overdue.decisions).toMatchObject([{ outcome: 'noted' }]);
    colony.nowMs += 60 * MINUTE_MS;
    expect(saidBy(colony.promotions('set-b'))).toEqual([]);
    const [lost] = colony.pass(60 * MINUTE_MS);
    expect(lost?.decisions).toMatchObject([{ outcome: 'waits', rule: 'promotions_start_a_cycle' }]);
  });

  it('that another one failed leaves what is in flight alone', () => {
    const colony = world();
    colony.promotions('set-a');
    const other = colony.answer('someone-else', false);
    expect(other.decisions).toMatchObject([{ outcome: 'noted', reason: 'it answers nothing that is in flight here' }]);
    colony.nowMs += 5 * MINUTE_MS;
    expect(colony.promotions('set-b').decisions).toMatchObject([{ outcome: 'nothing' }]);
  });
});

describe('a request for a cycle', () => {
  const request = (topic: string | null) => ({ reason: 'asked', topic, requested_by: 'me', priority: 'normal' });

  it('waits while a cycle runs, and has its own when that one is over', () => {
    const colony = world();
    colony.promotions('set-a');
    const waits = colony.hear('Q_DREAM_REQUESTED', request('audio'));
    expect(waits.decisions).toMatchObject([{ outcome: 'waits', rule: 'requests_start_a_cycle' }]);
    expect(colony.pass(MINUTE_MS)).toEqual([]);
    colony.answer('S1-0', true);
    const [due] = colony.pass(0);
    expect(due?.signals).toMatchObject([{ signal: 'Q_DREAM_TRIGGER', facts: { reason: 'asked', topic: 'audio' } }]);
    expect(colony.pass(0)).toEqual([]);
  });

  it('waits in a line: of two that are due only one acts', () => {
    const colony = world();
    colony.promotions('set-a');
    colony.hear('Q_DREAM_REQUESTED', request('one'));
    colony.hear('Q_DREAM_REQUESTED', request('two'));
    colony.answer('S1-0', true);
    expect(colony.pass(0).map(({ decisions }) => decisions[0]?.outcome)).toEqual(['acted', 'waits']);
  });

  it('is not kept beyond twenty of a rule', () => {
    const colony = world();
    colony.promotions('set-a');
    const outcomes = [...Array(21).keys()].map(
      (n) => colony.hear('Q_DREAM_REQUESTED', request(`${n}`)).decisions[0]?.outcome,
    );
    expect(outcomes.filter((outcome) => outcome === 'waits')).toHaveLength(20);
    expect(outcomes.at(-1)).toBe('nothing');
  });
});

describe('the rules of an operator', () => {
  it('are quiet in quiet hours, over midnight too', () => {
    const colony = world(policiesOf("rules: [{name: promotions_start_a_cycle, quiet_hours: ['22:00-10:30']}]"));
    const quiet = colony.promotions('set-a');
    expect(quiet.decisions).toMatchObject([{ outcome: 'nothing', until: null }]);
    expect(quiet.decisions[0]?.reason).toContain('until 2025-11-15T10:30:00.000Z');
    colony.nowMs += 30 * MINUTE_MS;
    expect(saidBy(colony.promotions('set-a'))).toEqual(TRIGGER);
  });

  it('cool down', () => {
    const rule = '{name: mine, hears: Q_HEALTH_ALERT, say: Q_MY_ACTION, cooldown: 1h, with: {n: =state.failures}}';
    const colony = world(policiesOf(`rules: [${rule}]`));
    const hear = () => saidBy(colony.hear('Q_HEALTH_ALERT', { alert_type: 'disk_space_low' }));
    expect([hear(), hear()]).toEqual([['Q_MY_ACTION'], []]);
    colony.nowMs += 60 * MINUTE_MS;
    expect(hear()).toEqual(['Q_MY_ACTION']);
  });

  it('see facts, state and the time of day', () => {
    const when = 'facts.severity == "critical" && !state.acted && now.hour == 10 && now.weekday == 6';
    const colony = world(policiesOf(`rules: [{name: mine, hears: Q_HEALTH_ALERT, say: Q_MY_ACTION, when: '${when}'}]`));
    const hear = (severity: string) => saidBy(colony.hear('Q_HEALTH_ALERT', { alert_type: 'x', severity }));
    expect(hear('warning')).toEqual([]);
    expect(hear('critical')).toEqual(['Q_MY_ACTION']);
    expect(hear('critical')).toEqual([]);
  });

  it('whose condition cannot be decided does nothing and says so', () => {
    const colony = world(
      policiesOf('rules: [{name: mine, hears: Q_HEALTH_ALERT, say: Q_MY_ACTION, when: facts.n > 1}]'),
    );
    expect(colony.hear('Q_HEALTH_ALERT', { alert_type: 'x' }).decisions).toMatchObject([
      { outcome: 'nothing', reason: 'facts.n > 1 cannot be decided: No such key: n' },
    ]);
  });

  it('whose facts cannot be made is a dead letter, and keeps no other rule from acting', () => {
    const broken = '{name: broken, hears: Q_HEALTH_ALERT, say: Q_MY_ACTION, with: {n: =facts.n}}';
    const sound = '{name: sound, hears: Q_HEALTH_ALERT, say: Q_MY_ACTION}';
    const decided = world(policiesOf(`rules: [${broken}, ${sound}]`)).hear('Q_HEALTH_ALERT', { alert_type: 'x' });
    expect(decided.deadLetters).toMatchObject([{ error: expect.stringContaining('rule broken') as string }]);
    expect(decided.decisions.map(({ outcome }) => outcome)).toEqual(['failed', 'acted']);
  });
});

describe('every signal', () => {
  it.each([
    ['Q_HEALTH_ALERT', { alert_type: 'x' }],
    ['Q_MODULE_DISCOVERED', { module_name: 'audio' }],
    ['Q_POLICY_DUE', { subject: 'wait', key: 'gone', due_at: '2025-11-15T10:00:00.000Z' }],
    ['Q_DREAM_COMPLETE', { cycle_id: 'c' }],
  ])('leads to a decision that says why, also %s about which nothing is done', (name, facts) => {
    const { decisions } = world().hear(name, facts);
    expect(decisions).toHaveLength(1);
    expect(decisions[0]).toMatchObject({ rule: null, said: null, decided_by: 'rules' });
    expect(decisions[0]?.reason).toMatch(/\w/);
  });

  it('that is decided again after a crash is decided under the same id', () => {
    const ids = [world(), world()].map((colony) => colony.promotions('set-a').decisions.map(({ id }) => id));
    expect(ids[0]).toEqual(ids[1]);
  });
});
