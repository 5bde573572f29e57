import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bus } from '../../src/lib/bus/bus.js';
import { chained, done, signalOf } from '../helpers/signals.js';
import { until } from '../helpers/colony.js';
import { claimAll, CRASH_STEPS, FAILURE, numbers, spec, type EngineUnderTest } from './engine.js';

/** What every engine promises (DESIGN D3); the distributed engine passes the same suite. */
export function describeBusContract(engineName: string, start: () => Promise<EngineUnderTest>): void {
  describe(`the ${engineName} engine`, () => {
    let engine: EngineUnderTest;
    let bus: Bus;
    beforeEach(async () => {
      engine = await start();
      ({ bus } = await engine.join('test'));
    });
    afterEach(() => engine.end());

    it('gives first attempts in the order of the journal', async () => {
      const consumer = await bus.consumer(spec());
      await Promise.all(
        [0, 1, 2, 3].map((part) => bus.emit([...Array(25).keys()].map((n) => signalOf('Q_A', { n: part * 25 + n })))),
      );
      const order = (await bus.browse({ signals: ['Q_A'] })).map(({ seq }) => seq);
      expect((await claimAll(consumer, 100)).map(({ seq }) => seq)).toEqual(order);
    });

    it('hears only the exact names that it asked for', async () => {
      const consumer = await bus.consumer(spec());
      await bus.emit([signalOf('Q_AB'), signalOf('Q_A', { n: 1 }), signalOf('Q_')]);
      expect(numbers(await consumer.claim(10))).toEqual([1]);
      expect(await consumer.claim(10)).toEqual([]);
    });

    it('counts an attempt before the handler runs', async () => {
      const consumer = await bus.consumer(spec());
      await bus.emit([signalOf('Q_A')]);
      const [first] = await consumer.claim(1);
      expect(first!.attempt).toBe(1);
      await consumer.settle(first!, { kind: 'retry', failure: FAILURE, delayMs: 0 });
      const [second] = await claimAll(consumer, 1);
      expect(second!.attempt).toBe(2);
    });

    it('gives an attempt back that ended by an orderly stop', async () => {
      const first = await engine.join('first');
      await bus.emit([signalOf('Q_A')]);
      const stopped = await first.bus.consumer(spec());
      await stopped.claim(1);
      await stopped.close();
      const [again] = await claimAll(await bus.consumer(spec()), 1);
      expect(again).toMatchObject({ attempt: 1, deaths: 0 });
    });

    it('says with what a daemon has begun, since when, and what became of it', async () => {
      const consumer = await bus.consumer(spec());
      await bus.emit([signalOf('Q_A', { n: 1 }), signalOf('Q_A', { n: 2 })]);
      expect(await bus.begun('worker', 0)).toEqual([]);
      const before = Date.now();
      const [first] = await consumer.claim(1);
      const [begun] = await bus.begun('worker', 0);
      expect(begun).toMatchObject({ signalId: first!.signal.id, attempts: 1, running: true });
      expect(begun!.firstAttemptAtMs).toBeGreaterThanOrEqual(before);
      expect(await bus.begun('worker', begun!.seq)).toEqual([]);
      await consumer.settle(first!, { kind: 'retry', failure: FAILURE, delayMs: 60_000 });
      const [waiting] = await bus.begun('worker', 0);
      expect(waiting).toMatchObject({ attempts: 1, running: false, firstAttemptAtMs: begun!.firstAttemptAtMs });
      expect(waiting!.notBeforeMs).toBeGreaterThan(before + 30_000);
    });

    it('takes an attempt that was given back for none, and forgets what is done', async () => {
      const consumer = await bus.consumer(spec());
      await bus.emit([signalOf('Q_A')]);
      const [first] = await consumer.claim(1);
      await consumer.settle(first!, { kind: 'release' });
      expect(await bus.begun('worker', 0)).toEqual([]);
      const [again] = await claimAll(consumer, 1);
      expect(await bus.begun('worker', 0)).toHaveLength(1);
      await consumer.settle(again!, done());
      expect(await bus.begun('worker', 0)).toEqual([]);
    });

    it('gives back what was claimed while it was closed', async () => {
      const first = await engine.join('first');
      await bus.emit([signalOf('Q_A')]);
      const stopped = await first.bus.consumer(spec());
      const claiming = stopped.claim(1);
      await stopped.close();
      expect(await claiming).toHaveLength(1);
      const [again] = await claimAll(await bus.consumer(spec()), 1);
      expect(again).toMatchObject({ attempt: 1, deaths: 0 });
    });

    it('writes what a handler said and its acknowledgement together, once', async () => {
      const consumer = await bus.consumer(spec());
      await bus.emit([signalOf('Q_A')]);
      const [delivery] = await consumer.claim(1);
      const said = done(chained(delivery!.signal, 'Q_B'));
      expect(await consumer.settle(delivery!, said)).toBe('settled');
      expect(await consumer.settle(delivery!, said)).toBe('fenced');
      const [answer] = await bus.browse({ signals: ['Q_B'] });
      expect(answer!.signal).toMatchObject({ cause_id: delivery!.signal.id, trace: delivery!.signal.trace });
      expect(await bus.browse({ signals: ['Q_B'] })).toHaveLength(1);
    });

    it('keeps state that was said in the same transaction', async () => {
      const consumer = await bus.consumer(spec());
      await bus.emit([signalOf('Q_A')]);
      const [delivery] = await consumer.claim(1);
      const state = [{ key: 'seen', value: { n: 1 } }];
      await consumer.settle(delivery!, { kind: 'done', said: { signals: [], deadLetters: [], state } });
      expect(await bus.state('worker')).toEqual({ seen: { n: 1 } });
    });

    it('takes the same signal twice as one, and the same id with other content as an error', async () => {
      const signal = signalOf('Q_A', { n: 1 });
      await bus.emit([signal]);
      await bus.emit([{ ...signal, timestamp: new Date(0).toISOString() }]);
      expect(await bus.browse({ signals: ['Q_A'] })).toHaveLength(1);
      await expect(bus.emit([{ ...signal, facts: { n: 2 } }])).rejects.toMatchObject({ code: 'ID_CONFLICT' });
    });

    it('makes a handler that decides otherwise under the same id a dead letter, and keeps the rest it said unsaid', async () => {
      const consumer = await bus.consumer(spec());
      await bus.emit([signalOf('Q_A')]);
      const [delivery] = await consumer.claim(1);
      await bus.emit([chained(delivery!.signal, 'Q_B', { decided: 'this' })]);
      const otherwise = done(signalOf('Q_C'), chained(delivery!.signal, 'Q_B', { decided: 'that' }));
      expect(await consumer.settle(delivery!, otherwise)).toBe('conflict');
      expect(await bus.browse({ signals: ['Q_C'] })).toEqual([]);
      expect((await bus.deadLetters(0))[0]!.error).toContain('ID_CONFLICT');
    });

    it('fences a late owner whose heartbeat stood still for longer than its lease', async () => {
      const late = await engine.join('late');
      const taker = await engine.join('taker');
      await bus.emit([signalOf('Q_A')]);
      const lateConsumer = await late.bus.consumer(spec());
      const [held] = await lateConsumer.claim(1);
      const consumer = await taker.bus.consumer(spec());
      await consumer.wait(1);
      taker.advanceMs(60_000);
      await consumer.wait(1);
      const [taken] = await claimAll(consumer, 1);
      expect(taken!.token).toBeGreaterThan(held!.token);
      expect(await lateConsumer.settle(held!, done(signalOf('Q_LATE')))).toBe('fenced');
      expect(await consumer.settle(taken!, done(signalOf('Q_B')))).toBe('settled');
      expect(await bus.browse({ signals: ['Q_LATE'] })).toEqual([]);
    });

    it('takes what a silent owner holds when its leases are cleared: it is claimable, and the late owner is fenced', async () => {
      const late = await engine.join('late');
      const clearer = await engine.join('clearer');
      await bus.emit([signalOf('Q_A')]);
      const lateConsumer = await late.bus.consumer(spec());
      const [held] = await lateConsumer.claim(1);
      const consumer = await bus.consumer(spec());
      const clearing = clearer.bus.clearLeases('worker');
      expect(await consumer.claim(1)).toEqual([]);
      clearer.advanceMs(60_000);
      expect(await clearing).toBe(1);
      const [taken] = await claimAll(consumer, 1);
      expect(taken).toMatchObject({ signal: { id: held!.signal.id }, attempt: 2, deaths: 1 });
      expect(await lateConsumer.settle(held!, done(signalOf('Q_LATE')))).toBe('fenced');
      expect(await consumer.settle(taken!, done(signalOf('Q_B')))).toBe('settled');
      expect(await bus.browse({ signals: ['Q_LATE'] })).toEqual([]);
    });

    it('takes an owner whose work is short, and ends before a beat is due, for no silent one', async () => {
      const clearer = await engine.join('clearer');
      const consumer = await bus.consumer(spec());
      await bus.emit([signalOf('Q_A', { n: 1 }), signalOf('Q_A', { n: 2 })]);
      const [first] = await consumer.claim(1);
      const clearing = clearer.bus.clearLeases('worker');
      await consumer.settle(first!, done());
      const [second] = await consumer.claim(1);
      clearer.advanceMs(60_000);
      expect(await clearing).toBe(0);
      expect(await consumer.settle(second!, done())).toBe('settled');
    });

    it('clears at once what a process held that is gone, and nothing where nobody holds or knows anything', async () => {
      await bus.emit([signalOf('Q_A')]);
      await engine.dieAt('claimed');
      expect(await bus.clearLeases('worker')).toBe(1);
      expect(await bus.clearLeases('worker')).toBe(0);
      expect(await bus.clearLeases('stranger')).toBe(0);
      expect(numbers(await claimAll(await bus.consumer(spec()), 1))).toHaveLength(1);
    });

    it('lets a signal in backoff block nobody', async () => {
      const consumer = await bus.consumer(spec());
      await bus.emit([signalOf('Q_A', { n: 1 }), signalOf('Q_A', { n: 2 })]);
      const [first] = await consumer.claim(1);
      await consumer.settle(first!, { kind: 'retry', failure: FAILURE, delayMs: 60_000 });
      expect(numbers(await consumer.claim(10))).toEqual([2]);
    });

    it('lets a signal in backoff hold back the rest where the consumer is ordered', async () => {
      const consumer = await bus.consumer(spec({ ordered: true }));
      await bus.emit([signalOf('Q_A', { n: 1 }), signalOf('Q_A', { n: 2 })]);
      const [first] = await consumer.claim(1);
      await consumer.settle(first!, { kind: 'retry', failure: FAILURE, delayMs: 60_000 });
      expect(await consumer.claim(10)).toEqual([]);
    });

    it('lets urgent signals go first where the consumer declares it', async () => {
      const consumer = await bus.consumer(spec({ urgentFirst: true }));
      const priorities = ['low', 'normal', 'critical', 'high', 'critical'];
      await bus.emit(priorities.map((priority, n) => signalOf('Q_A', { n, priority })));
      expect(numbers(await consumer.claim(10))).toEqual([2, 4, 3, 1, 0]);
    });

    it('starts a late joiner where it declares: now, or at the beginning', async () => {
      await bus.emit([signalOf('Q_A', { n: 1 })]);
      const fromNow = await bus.consumer(spec({ name: 'now', from: 'now' }));
      const fromBeginning = await bus.consumer(spec({ name: 'beginning' }));
      await bus.emit([signalOf('Q_A', { n: 2 })]);
      expect(numbers(await fromNow.claim(10))).toEqual([2]);
      expect(numbers(await fromBeginning.claim(10))).toEqual([1, 2]);
    });

    it('keeps everything for a consumer that is away', async () => {
      const first = await engine.join('first');
      await (await first.bus.consumer(spec({ from: 'now' }))).close();
      await bus.emit([...Array(1_000).keys()].map((n) => signalOf('Q_A', { n })));
      const consumer = await bus.consumer(spec({ from: 'now' }));
      expect(numbers(await claimAll(consumer, 1_000))).toEqual([...Array(1_000).keys()]);
    });

    it.for(CRASH_STEPS)('delivers again what a process had not settled that was killed with it %s', async (step) => {
      const signal = signalOf('Q_A');
      await bus.emit([signal]);
      await engine.dieAt(step);
      const consumer = await bus.consumer(spec());
      await until('it is handled', async () => {
        for (const delivery of await consumer.claim(1)) {
          await consumer.settle(delivery, done(chained(delivery.signal, 'Q_B', { answer: 42 })));
        }
        await consumer.wait(5);
        return (await bus.standing('worker', signal.id)) === 'handled';
      });
      expect(await bus.browse({ signals: ['Q_B'] })).toHaveLength(1);
      expect(await bus.deadLetters(0)).toEqual([]);
    });

    it('keeps all of a burst for a slow consumer, in order and once, and for one that joins afterwards', async () => {
      const sayer = await engine.join('sayer');
      const slow = await bus.consumer(spec({ name: 'slow' }));
      const all = [...Array(500).keys()];
      await sayer.bus.emit([signalOf('Q_A', { n: 0 })]);
      const [held] = await claimAll(slow, 1);
      for (const n of all.slice(1)) void sayer.bus.emit([signalOf('Q_A', { n })]);
      await until('all is said', async () => (await bus.browse({ signals: ['Q_A'] })).length === all.length);
      const handled = [held!.signal.facts['n']];
      expect(await slow.settle(held!, done())).toBe('settled');
      while (handled.length < all.length) {
        const [next] = await claimAll(slow, 1);
        handled.push(next!.signal.facts['n']);
        expect(await slow.settle(next!, done())).toBe('settled');
      }
      expect(handled).toEqual(all);
      expect(await slow.claim(1)).toEqual([]);
      expect(numbers(await claimAll(await bus.consumer(spec({ name: 'late' })), all.length))).toEqual(all);
    });

    it('makes what a forgotten consumer had open dead letters, and keeps nothing more for it', async () => {
      const open = signalOf('Q_A', { n: 1 });
      await bus.emit([open]);
      await engine.dieAt('claimed');
      const unseen = signalOf('Q_A', { n: 2 });
      await bus.emit([unseen]);
      expect(await bus.standing('worker', unseen.id)).toBe('waiting');
      expect(await bus.forget('worker')).toEqual({ deadLetters: 1 });
      const letters = await bus.deadLetters(0);
      expect(letters).toMatchObject([{ daemon: 'worker', attempts: 1, signal: { id: open.id } }]);
      expect(await bus.consumers()).toMatchObject([{ name: 'worker', enabled: false }]);
      expect(await bus.standing('worker', open.id)).toBe('dead');
      expect(await bus.standing('worker', unseen.id)).toBe('unknown');
      await expect(bus.forget('worker')).rejects.toMatchObject({ code: 'CONSUMER_NOT_FOUND' });
      await expect(bus.reopen(letters[0]!.number)).rejects.toMatchObject({ code: 'NOT_REOPENABLE' });
      expect(await bus.deadLetters(0)).toHaveLength(1);
    });

    it('forgets no consumer of which a process lives', async () => {
      const living = await engine.join('worker');
      await (await living.bus.consumer(spec())).claim(1);
      await expect(bus.forget('worker')).rejects.toMatchObject({ code: 'CONSUMER_RUNS' });
      const holding = await bus.consumer(spec({ name: 'other' }));
      await bus.emit([signalOf('Q_A')]);
      await holding.claim(1);
      await expect(bus.forget('other')).rejects.toMatchObject({ code: 'CONSUMER_RUNS' });
      expect((await bus.consumers()).map(({ enabled }) => enabled)).toEqual([true, true]);
    });

    it('lets a forgotten consumer come back: where it was, or, where newcomers hear what is new, there', async () => {
      for (const from of ['beginning', 'now'] as const) {
        await (await bus.consumer(spec({ name: from, from }))).close();
      }
      await bus.emit([signalOf('Q_A', { n: 1 })]);
      for (const name of ['beginning', 'now']) expect(await bus.forget(name)).toEqual({ deadLetters: 0 });
      await bus.emit([signalOf('Q_A', { n: 2 })]);
      const beginning = await bus.consumer(spec({ name: 'beginning' }));
      const now = await bus.consumer(spec({ name: 'now', from: 'now' }));
      await bus.emit([signalOf('Q_A', { n: 3 })]);
      expect(numbers(await claimAll(beginning, 3))).toEqual([1, 2, 3]);
      expect(numbers(await claimAll(now, 1))).toEqual([3]);
    });

    it('shares the work of two instances: each signal is claimed by one of them', async () => {
      const second = await engine.join('second');
      const consumers = [await bus.consumer(spec()), await second.bus.consumer(spec())];
      await bus.emit([...Array(200).keys()].map((n) => signalOf('Q_A', { n })));
      const claimed = (await Promise.all(consumers.map((consumer) => consumer.claim(100)))).flat();
      expect(new Set(numbers(claimed)).size).toBe(200);
    });

    it('gives nothing while it is paused, and everything when it is resumed', async () => {
      const consumer = await bus.consumer(spec());
      const pause = { by: 'operator', reason: 'looking', sinceMs: 1 };
      await bus.setPaused(['worker'], pause);
      await bus.emit([signalOf('Q_A')]);
      expect(await consumer.claim(1)).toEqual([]);
      expect(await bus.consumers()).toMatchObject([{ name: 'worker', paused: true, pause, lag: 1 }]);
      await bus.setPaused(['worker'], null);
      expect(await consumer.claim(1)).toHaveLength(1);
    });

    it('pauses all, those included who come later, and lets single ones go on', async () => {
      await bus.setPaused(null, { by: 'operator', reason: null, sinceMs: 1 });
      await bus.setPaused(['worker'], null);
      expect(await bus.pauseOf('worker')).toBeUndefined();
      expect(await bus.pauseOf('newcomer')).toMatchObject({ by: 'operator' });
      await bus.setPaused(['worker'], { by: 'operator', reason: 'again', sinceMs: 2 });
      await bus.setPaused(null, null);
      expect([await bus.pauseOf('worker'), await bus.pauseOf('newcomer')]).toEqual([undefined, undefined]);
    });

    it('gives nothing to anybody from the moment in which governance.kill is durable', async () => {
      const consumer = await bus.consumer(spec());
      await bus.emit([signalOf('Q_A')]);
      await bus.emit([signalOf('governance.kill', { reason: 'runaway' })]);
      expect(await consumer.claim(1)).toEqual([]);
      expect(await bus.pauseOf('worker')).toMatchObject({
        by: 'governance.kill from test (operator)',
        reason: 'runaway',
      });
    });

    it('lets a governance.kill stop only those whom it names', async () => {
      await bus.emit([signalOf('governance.kill', { zooid: 'Kloros-Worker' })]);
      expect(await bus.pauseOf('worker')).toMatchObject({ by: 'governance.kill from test (operator)' });
      expect(await bus.pauseOf('bystander')).toBeUndefined();
    });

    it('wakes a waiting consumer of another process', async () => {
      const other = await engine.join('other');
      const consumer = await other.bus.consumer(spec());
      await consumer.claim(1);
      const woken = until('it is woken', async () => {
        await consumer.wait(30_000);
        return (await consumer.claim(1)).length === 1;
      });
      await bus.emit([signalOf('Q_A')]);
      await woken;
    });

    it('follows every signal without a gap from a position on', async () => {
      await bus.emit([signalOf('Q_A', { n: 0 })]);
      const [start] = await bus.browse({});
      await bus.emit([signalOf('Q_A', { n: 1 }), signalOf('Q_B', { n: 2 })]);
      const abort = new AbortController();
      const heard: unknown[] = [];
      for await (const { signal } of bus.follow({ afterSeq: start!.seq }, abort.signal)) {
        heard.push(signal.facts['n']);
        if (heard.length === 2) await bus.emit([signalOf('Q_C', { n: 3 })]);
        if (heard.length === 3) abort.abort();
      }
      expect(heard).toEqual([1, 2, 3]);
    });
  });
}
