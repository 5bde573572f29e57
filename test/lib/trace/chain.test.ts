import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/base/clock.js';
import type { Bus, Consumer, ConsumerSpec, Outcome } from '../../../src/lib/bus/bus.js';
import type { Observer } from '../../../src/lib/bus/observer.js';
import { openBus } from '../../../src/lib/bus/open-bus.js';
import { openObserver } from '../../../src/lib/bus/open-observer.js';
import type { Config } from '../../../src/lib/config/schema.js';
import { traceTree } from '../../../src/lib/cli/trace-tree.js';
import { idFromKey } from '../../../src/lib/signals/id.js';
import { mint } from '../../../src/lib/signals/mint.js';
import type { Signal } from '../../../src/lib/signals/envelope.js';
import { causesOf } from '../../../src/lib/trace/causes.js';
import { chainOf } from '../../../src/lib/trace/chain.js';
import { findSubject } from '../../../src/lib/trace/find-subject.js';
import { mermaidOf } from '../../../src/lib/trace/mermaid.js';
import { removeHome, silentLog, temporaryConfig } from '../../helpers/colony.js';
import { done } from '../../helpers/signals.js';

const WRITTEN_MS = Date.parse('2026-01-31T12:00:00.000Z');
const FILE = '1_discover.module_aa.json';
const WORKER: ConsumerSpec = {
  ...{ name: 'worker', hears: ['Q_CURIOSITY_INVESTIGATE'], from: 'beginning' },
  ...{ maxAttempts: 2, ordered: false, urgentFirst: false },
};

let config: Config;
let bus: Bus;
let observer: Observer;
let worker: Consumer;
beforeEach(async () => {
  config = await temporaryConfig();
  bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'onlooker' });
  observer = openObserver(config);
  worker = await bus.consumer(WORKER);
});
afterEach(async () => {
  observer.close();
  await bus.close();
  removeHome(config);
});

const after = (cause: Signal, ms: number, name: string) =>
  mint(
    { signal: name, facts: { question_id: 'q.1' } },
    { id: idFromKey(WRITTEN_MS, `${name}${ms}`), source: 'worker', nowMs: cause.ts * 1000 + ms, cause },
  );

/** An intent that was routed 40 ms after its file was written. */
function intent(): Signal {
  const draft = { signal: 'Q_CURIOSITY_INVESTIGATE', facts: { question_id: 'q.1' }, causeId: `intent:${FILE}` };
  return mint(draft, { id: idFromKey(WRITTEN_MS, 'intent'), source: 'intent_router', nowMs: WRITTEN_MS + 40 });
}

async function answered(outcome: (asked: Signal) => Outcome): Promise<Signal> {
  const asked = intent();
  await bus.emit([asked]);
  const [delivery] = await worker.claim(1);
  await worker.settle(delivery!, outcome(asked));
  return asked;
}

const textOf = (trace: string) =>
  traceTree(chainOf(observer, trace), { touched: new Map(), decided: new Map(), nowMs: Date.now() });

describe('a chain', () => {
  it('goes from the file of the intent to the last effect, with the time of each hop', async () => {
    const asked = await answered((cause) => {
      const first = after(cause, 200, 'Q_INVESTIGATION_COMPLETE');
      return done(first, after(first, 30, 'Q_MODULE_INTEGRATED'));
    });
    const chain = chainOf(observer, asked.trace);
    expect(chain).toMatchObject({ intent: FILE, signals: 2 + 1, tookMs: 270, missing: [], isCut: false });
    const [root] = chain.roots;
    expect(root).toMatchObject({ signal: 'Q_CURIOSITY_INVESTIGATE', tookMs: 40 });
    expect(root?.ledTo).toMatchObject([{ tookMs: 200, ledTo: [{ signal: 'Q_MODULE_INTEGRATED', tookMs: 30 }] }]);
    expect(
      textOf(asked.trace)
        .split('\n')
        .map((line) => line.replace(/\w{26}/, 'ID')),
    ).toEqual([
      `intent ${FILE}`,
      '└─ Q_CURIOSITY_INVESTIGATE  +40 ms  intent_router  ID',
      '   │  question_id=q.1',
      '   └─ Q_INVESTIGATION_COMPLETE  +200 ms  worker  ID',
      '      └─ Q_MODULE_INTEGRATED  +30 ms  worker  ID',
      '',
      '3 signals in 270 ms, complete',
    ]);
  });

  it('says what is still missing: who waits, who works, who failed and how often', async () => {
    const asked = intent();
    await bus.emit([asked]);
    expect(chainOf(observer, asked.trace).missing).toEqual([`${asked.signal} ${asked.id} waits for worker`]);
    const [first] = await worker.claim(1);
    expect(chainOf(observer, asked.trace).missing).toEqual([`worker works at ${asked.signal} ${asked.id}, attempt 1`]);
    await worker.settle(first!, { kind: 'retry', failure: { error: 'Error: no', traceback: '' }, delayMs: 0 });
    expect(textOf(asked.trace)).toContain('worker: waits after 1 attempt');
    const [second] = await worker.claim(1);
    await worker.settle(second!, {
      kind: 'retry',
      failure: { error: 'Error: no\u001b[2J', traceback: '' },
      delayMs: 0,
    });
    expect(textOf(asked.trace)).toContain('worker: failed after 2 attempts (dead letter 1): Error: no\uFFFD[2J');
    expect(chainOf(observer, asked.trace).missing).toHaveLength(1);
  });

  it('tells that a daemon handled a signal and said nothing', async () => {
    const asked = await answered(() => done());
    expect(textOf(asked.trace)).toContain('worker: handled, said nothing');
  });

  it('shows a signal whose cause is gone, and says so', async () => {
    const orphan = after(intent(), 5, 'Q_INVESTIGATION_COMPLETE');
    await bus.emit([orphan]);
    expect(chainOf(observer, orphan.trace).roots).toMatchObject([{ id: orphan.id, isOrphan: true, tookMs: null }]);
    expect(textOf(orphan.trace)).toContain('its cause is not in the journal');
  });

  it('is a sequence diagram, whoever wrote the names in it', async () => {
    const asked = await answered((cause) =>
      done({ ...after(cause, 200, 'Q_INVESTIGATION_COMPLETE'), source: 'wor;ker' }),
    );
    expect(mermaidOf(chainOf(observer, asked.trace)).split('\n')).toEqual([
      'sequenceDiagram',
      '  participant p1 as intent file',
      '  participant p2 as intent_router',
      '  participant p3 as worker',
      '  participant p4 as wor ker',
      '  p1->>p2: is read (+40 ms)',
      '  p2->>p3: Q_CURIOSITY_INVESTIGATE',
      '  p4->>p4: Q_INVESTIGATION_COMPLETE (+200 ms)',
    ]);
  });
});

describe('an id', () => {
  it.each([
    { what: 'the whole id of any signal of it', kind: 'signal', id: ({ id }: Signal) => id },
    { what: 'the beginning of one', kind: 'signal', id: ({ id }: Signal) => id.slice(0, 24).toLowerCase() },
    { what: 'the file of its intent', kind: 'intent', id: () => FILE },
    { what: 'a path of that file', kind: 'intent', id: () => `/home/x/intents/${FILE}` },
    { what: 'its question', kind: 'question', id: () => 'q.1' },
  ])('is $what', async ({ kind, id }) => {
    const asked = intent();
    const answer = after(asked, 200, 'Q_INVESTIGATION_COMPLETE');
    await bus.emit([asked, answer]);
    expect(findSubject(observer, id(answer), [])).toMatchObject({ kind, trace: asked.trace });
  });

  it('that names several chains is the newest, and the others are told', async () => {
    const [older, newer] = [intent(), { ...intent(), id: idFromKey(WRITTEN_MS, 'again'), trace: 'T2' }];
    await bus.emit([older, newer]);
    expect(findSubject(observer, 'q.1', [])).toMatchObject({ trace: 'T2', others: [older.trace] });
  });

  it('of which nothing is known, or too little is given, is refused', async () => {
    const [one, two] = [intent(), after(intent(), 1, 'Q_X')];
    await bus.emit([one, two]);
    expect(() => findSubject(observer, 'nothing', [])).toThrow('Nothing is known of "nothing"');
    expect(() => findSubject(observer, '%', [])).toThrow('Nothing is known');
    expect(() => findSubject(observer, one.id.slice(0, 8), [])).toThrow('begins the ids of several signals');
  });

  it('has causes, the nearest first, and a circle of them ends', async () => {
    const asked = intent();
    const answer = after(asked, 1, 'Q_INVESTIGATION_COMPLETE');
    await bus.emit([asked, answer]);
    expect(causesOf(observer, answer.id)).toEqual([asked.id, `intent:${FILE}`]);
    const [left, right] = [after(asked, 2, 'Q_L'), after(asked, 3, 'Q_R')];
    await bus.emit([
      { ...left, cause_id: right.id },
      { ...right, cause_id: left.id },
    ]);
    expect(causesOf(observer, left.id)).toEqual([right.id, left.id]);
  });
});
