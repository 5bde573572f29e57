import { beforeEach, describe, expect, it } from 'vitest';
import { configSchema, type Config } from '../../../src/lib/config/schema.js';
import { openTimeoutWatch } from '../../../src/lib/expectations/open-timeout-watch.js';
import type { TimeoutWatch } from '../../../src/lib/expectations/timeout-watch.js';
import type { Draft, Facts, Signal } from '../../../src/lib/signals/envelope.js';
import { checkFacts } from '../../../src/lib/signals/facts.js';
import { idFromKey } from '../../../src/lib/signals/id.js';
import { silentLog } from '../../helpers/colony.js';
import { WrittenJournal } from '../../helpers/written-journal.js';

const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 10, 25, 9);
const CONSUMER = 'investigation_consumer_daemon';

let journal: WrittenJournal;
let nowMs: number;
let state: Record<string, unknown>;
let watch: TimeoutWatch;
let config: Config;

beforeEach(() => {
  journal = new WrittenJournal();
  journal.hears(CONSUMER, 'Q_CURIOSITY_INVESTIGATE');
  nowMs = START_MS;
  state = {};
  configure({});
});

function configure(expectations: Record<string, unknown>): void {
  const places = { home: '/home', sourceRoots: [], deployRoot: '/deploy', capabilitiesPath: '/c.yaml' };
  config = configSchema.parse({ ...places, expectations });
  restart();
}

/** The monitor begins anew, with what its state holds. */
function restart(): void {
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const moment = () => ({ wallMs: nowMs, boot: 'boot', uptimeMs: nowMs - START_MS });
  watch = openTimeoutWatch({ config, journal, clock, moment, log: silentLog }, { ...state });
}

/** One look, committed; what was said as `name key`. */
async function look(): Promise<Draft[]> {
  const { signals, state: changes } = await watch.look();
  for (const { key, value } of changes) {
    if (value === null) Reflect.deleteProperty(state, key);
    else state[key] = JSON.parse(JSON.stringify(value));
  }
  for (const { signal, facts } of signals) checkFacts(signal, facts);
  return signals;
}

/** Time passes, with a look every minute; everything that was said meanwhile. */
async function pass(minutes: number): Promise<Draft[]> {
  const said: Draft[] = [];
  for (let minute = 0; minute < minutes; minute += 1) {
    nowMs += MINUTE_MS;
    said.push(...(await look()));
  }
  return said;
}

let questions = 0;
function ask(key: string | null, more: Facts = {}): Signal {
  const id = idFromKey(nowMs, `ask ${(questions += 1)}`);
  const facts = key === null ? more : { question_id: key, ...more };
  return journal.write({ id, name: 'Q_CURIOSITY_INVESTIGATE', facts, atMs: nowMs });
}

function answer(key: string, cause?: Signal, more: Facts = {}): Signal {
  const id = idFromKey(nowMs, `answer ${(questions += 1)}`);
  const facts = { question_id: key, status: 'completed', ...more };
  return journal.write({ id, name: 'Q_INVESTIGATION_COMPLETE', facts, atMs: nowMs, ...(cause ? { cause } : {}) });
}

const names = (said: readonly Draft[]) => said.map(({ signal }) => signal);
const BOTH = ['Q_INVESTIGATION_TIMEOUT', 'Q_HEALTH_ALERT'];

describe('an investigation that does not finish', () => {
  it('is told of once, ten minutes after its first attempt, together with an alert', async () => {
    const question = ask('q1');
    await pass(5);
    journal.begin(question, nowMs);
    expect(await pass(9)).toEqual([]);
    const said = await pass(1);
    expect(said).toMatchObject([
      {
        signal: 'Q_INVESTIGATION_TIMEOUT',
        facts: { question_id: 'q1', timeout_seconds: 600, suggested_action: 'restart_investigation_consumer' },
        causeId: question.id,
        trace: question.trace,
      },
      { signal: 'Q_HEALTH_ALERT', facts: { alert_type: 'investigation_timeout', threshold: '600 s' } },
    ]);
    expect(await pass(60)).toEqual([]);
  });

  it('is told of at the same moment after a restart, and not again after another', async () => {
    const question = ask('q1');
    journal.begin(question, nowMs);
    await pass(9);
    restart();
    const said = await pass(1);
    expect(names(said)).toEqual(BOTH);
    restart();
    expect(await pass(30)).toEqual([]);
  });

  it('is told of under the same ids when what was said was not committed', async () => {
    journal.begin(ask('q1'), nowMs);
    await pass(9);
    nowMs += MINUTE_MS;
    const first = await watch.look();
    restart();
    const again = await watch.look();
    expect(again.signals).toEqual(first.signals);
  });

  it('waits in the queue against a limit of its own', async () => {
    ask('q1');
    expect(await pass(23 * 60)).toEqual([]);
    const said = await pass(60);
    expect(names(said)).toEqual(BOTH);
    expect(said[0]?.facts).toMatchObject({ timeout_seconds: 86_400, state: 'queued', daemon: CONSUMER });
    expect(said[1]?.facts['threshold']).toBe('86400 s in the queue');
  });

  it('is not late while its daemon is paused, and has all its time afterwards', async () => {
    journal.begin(ask('q1'), nowMs, { running: false });
    await pass(5);
    journal.hearers[0]!.paused = true;
    expect(await pass(60)).toEqual([]);
    journal.hearers[0]!.paused = false;
    expect(await pass(9)).toEqual([]);
    expect(names(await pass(1))).toEqual(BOTH);
  });

  it('has all its time again after the whole colony was held back', async () => {
    journal.begin(ask('q1'), nowMs, { running: false });
    await pass(2);
    nowMs += 120 * MINUTE_MS;
    watch.beginAnew();
    expect(await pass(9)).toEqual([]);
    expect(names(await pass(1))).toEqual(BOTH);
  });

  it('counts from when it was said where nobody here does the work', async () => {
    journal.hearers = [];
    ask('q1');
    expect(await pass(9)).toEqual([]);
    const said = await pass(1);
    expect(names(said)).toEqual(BOTH);
    expect(said[0]?.facts['state']).toBe('unheard');
  });
});

describe('the answer to a question', () => {
  it('in time ends the waiting, be it a success, a failure or known from the record', async () => {
    for (const more of [{}, { status: 'failed', error: 'no such module' }, { answered_from: 'record-7' }]) {
      const question = ask('q1');
      journal.begin(question, nowMs);
      await pass(9);
      answer('q1', question, more);
      journal.end(question);
    }
    expect(await pass(60)).toEqual([]);
    expect(Object.keys(state).filter((key) => !key.startsWith('expect:'))).toEqual([]);
  });

  it('of a peer, which names no cause, ends the waiting of all who asked before', async () => {
    for (const question of [ask('q1'), ask('q1')]) journal.begin(question, nowMs);
    answer('q1');
    journal.begin(ask('q1'), nowMs);
    expect(names(await pass(10))).toEqual(BOTH);
  });

  it('to one asking leaves the other that is still at work to its own clock', async () => {
    const [first, second] = [ask('q1'), ask('q1')];
    for (const question of [first, second]) journal.begin(question, nowMs);
    answer('q1', first);
    journal.end(first);
    const said = await pass(10);
    expect(names(said)).toEqual(BOTH);
    expect(said[0]?.facts['trigger_id']).toBe(second.id);
  });

  it('to an asking that was replayed ends no other', async () => {
    const [first, second] = [ask('q1'), ask('q1')];
    answer('q1', first);
    journal.begin(second, nowMs);
    await pass(1);
    answer('q1', first, { again: true });
    restart();
    expect(names(await pass(9))).toEqual(BOTH);
  });

  it('to a later asking is one to an earlier that is a dead letter, too', async () => {
    const first = ask('q1');
    journal.end(first, 'dead');
    await pass(3);
    const second = ask('q1');
    answer('q1', second);
    journal.end(second);
    expect(await pass(30)).toEqual([]);
  });

  it('that comes late is joined to its timeout, and that is remembered', async () => {
    const question = ask('q1');
    journal.begin(question, nowMs);
    await pass(10);
    const late = answer('q1', question);
    journal.end(question);
    nowMs += MINUTE_MS;
    const found = await watch.look();
    expect(found.late).toMatchObject([{ trigger: { id: question.id }, answer: { id: late.id } }]);
    expect(found.state).toContainEqual(
      expect.objectContaining({
        key: `overran:Q_INVESTIGATION_COMPLETE:${question.id}`,
        value: expect.objectContaining({ answer: { id: late.id, atMs: Date.parse(late.timestamp) } }) as unknown,
      }),
    );
    expect(found.signals).toEqual([]);
  });
});

describe('a question that was asked often', () => {
  it('has one timeout, which those join that become late afterwards', async () => {
    for (let times = 0; times < 5; times += 1) journal.begin(ask('q1'), nowMs);
    journal.begin(ask('q2'), nowMs);
    const later = ask('q1');
    await pass(1);
    journal.begin(later, nowMs);
    const said = await pass(20);
    expect(names(said)).toEqual(['Q_INVESTIGATION_TIMEOUT', 'Q_INVESTIGATION_TIMEOUT', 'Q_HEALTH_ALERT']);
    expect(said.map(({ facts }) => facts['question_id'])).toEqual(['q1', 'q2', undefined]);
    expect(Object.keys(state).filter((key) => key.startsWith('overran:'))).toHaveLength(7);
  });

  it('has a timeout of its own when it is asked again after its answer', async () => {
    const first = ask('q1');
    journal.begin(first, nowMs);
    await pass(11);
    answer('q1', first);
    journal.end(first);
    await pass(1);
    journal.begin(ask('q1'), nowMs);
    expect(names(await pass(10))).toEqual(BOTH);
  });
});

describe('work that is settled without an answer', () => {
  it('is late as well, counted from its attempt, over restarts', async () => {
    const question = ask('q1');
    journal.begin(question, nowMs);
    await pass(4);
    journal.end(question);
    await pass(1);
    restart();
    expect(await pass(4)).toEqual([]);
    expect(names(await pass(1))).toEqual(BOTH);
    expect(Object.keys(state).filter((key) => key.startsWith('settled:'))).toEqual([]);
  });

  it('suggests to replay where it is a dead letter, as nothing else will help', async () => {
    journal.end(ask('q1'), 'dead');
    const said = await pass(11);
    expect(said[0]?.facts).toMatchObject({ state: 'dead', suggested_action: 'replay_dead_letter' });
  });

  it('begins anew in the queue when it is replayed', async () => {
    const question = ask('q1');
    journal.end(question, 'dead');
    await pass(5);
    journal.end(question, 'waiting');
    await pass(20);
    journal.begin(question, nowMs);
    expect(await pass(9)).toEqual([]);
    expect(names(await pass(1))).toEqual(BOTH);
  });
});

describe('a D-REAM cycle', () => {
  const trigger = () => journal.write({ id: idFromKey(nowMs, 'd'), name: 'Q_DREAM_TRIGGER', facts: {}, atMs: nowMs });

  it('that does not end in thirty minutes is told of by the id of its trigger', async () => {
    const { id } = trigger();
    expect(await pass(29)).toEqual([]);
    expect(await pass(1)).toMatchObject([
      { signal: 'Q_DREAM_TIMEOUT', facts: { cycle_id: id, trigger_id: id, timeout_seconds: 1_800 } },
      { signal: 'Q_HEALTH_ALERT', facts: { alert_type: 'dream_timeout' } },
    ]);
  });

  it('is joined to its completion by the chain, over however many steps', async () => {
    const { id, trace } = trigger();
    const step = journal.write({ id: idFromKey(nowMs, 's'), name: 'Q_STEP', atMs: nowMs, cause: { id, trace } });
    journal.write({ id: idFromKey(nowMs, 'c'), name: 'Q_DREAM_COMPLETE', atMs: nowMs, cause: step });
    expect(await pass(40)).toEqual([]);
  });
});

describe('a pair of an operator', () => {
  it('is watched like the built-in ones, which it may change', async () => {
    configure({
      Q_SHIPPED: { after: 'Q_ORDERED', within: '2m', by: 'order', emit: 'Q_LATE', action: 'call_them' },
      Q_INVESTIGATION_COMPLETE: { within: '1m' },
      Q_DREAM_COMPLETE: { enabled: false },
    });
    journal.write({ id: idFromKey(nowMs, 'o'), name: 'Q_ORDERED', facts: { order: 17 }, atMs: nowMs });
    journal.write({ id: idFromKey(nowMs, 'd'), name: 'Q_DREAM_TRIGGER', atMs: nowMs });
    journal.begin(ask('q1'), nowMs);
    expect(names(await pass(1))).toEqual(BOTH);
    const said = await pass(60);
    expect(names(said)).toEqual(['Q_LATE', 'Q_HEALTH_ALERT']);
    expect(said[0]?.facts).toMatchObject({ order: '17', timeout_seconds: 120, suggested_action: 'call_them' });
  });
});

describe('a look', () => {
  it('reads the past once, and after that only what is new', async () => {
    for (let times = 0; times < 1_200; times += 1) answer(`q${times}`, ask(`q${times}`));
    await look();
    journal.reads = 0;
    expect((await watch.look()).state).toEqual([]);
    expect(journal.reads).toBe(2);
  });

  it('of a first start goes back no further than something could still be in time', async () => {
    ask('forgotten long ago');
    nowMs += 3 * 24 * 60 * MINUTE_MS;
    journal.hearers = [];
    expect(await look()).toEqual([]);
  });

  it('that fails says what it found with the next one', async () => {
    journal.begin(ask('q1'), nowMs);
    await pass(9);
    nowMs += MINUTE_MS;
    const { consumers } = journal;
    let calls = 0;
    journal.write({ id: idFromKey(nowMs, 'd'), name: 'Q_DREAM_TRIGGER', atMs: nowMs });
    journal.consumers = async () => {
      if ((calls += 1) === 2) throw new Error('busy');
      return consumers();
    };
    await expect(watch.look()).rejects.toThrow('busy');
    journal.consumers = consumers;
    expect(names(await look())).toEqual(BOTH);
  });
});
