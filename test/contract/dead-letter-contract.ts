import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bus } from '../../src/lib/bus/bus.js';
import { done, signalOf } from '../helpers/signals.js';
import { claimAll, FAILURE, spec, type EngineUnderTest } from './engine.js';

/** What every engine promises about dead letters (DESIGN D3); the distributed engine passes the same suite. */
export function describeDeadLetterContract(engineName: string, start: () => Promise<EngineUnderTest>): void {
  describe(`dead letters of the ${engineName} engine`, () => {
    let engine: EngineUnderTest;
    let bus: Bus;
    beforeEach(async () => {
      engine = await start();
      ({ bus } = await engine.join('test'));
    });
    afterEach(() => engine.end());

    it('makes a signal a dead letter when its attempts are used up, with the error and the whole signal', async () => {
      const consumer = await bus.consumer(spec({ maxAttempts: 2 }));
      const signal = signalOf('Q_A', { n: 7 });
      await bus.emit([signal]);
      for (const expected of ['settled', 'dead']) {
        const [delivery] = await claimAll(consumer, 1);
        expect(await consumer.settle(delivery!, { kind: 'retry', failure: FAILURE, delayMs: 0 })).toBe(expected);
      }
      expect(await bus.deadLetters(0)).toMatchObject([{ daemon: 'worker', error: 'Error: boom', attempts: 2, signal }]);
      expect(await consumer.claim(1)).toEqual([]);
    });

    it('handles a reopened dead letter again, as a replay with attempts of its own', async () => {
      const consumer = await bus.consumer(spec());
      await bus.emit([signalOf('Q_A')]);
      const [delivery] = await consumer.claim(1);
      await consumer.settle(delivery!, { kind: 'dead', failure: FAILURE });
      const [letter] = await bus.deadLetters(0);
      await bus.reopen(letter!.number);
      expect(await claimAll(consumer, 1)).toMatchObject([{ attempt: 1, replay: 1 }]);
      expect(await bus.deadLetters(0)).toEqual([]);
    });

    it('ends a dead letter without handling its signal again', async () => {
      const consumer = await bus.consumer(spec());
      await bus.emit([signalOf('Q_A')]);
      const [delivery] = await consumer.claim(1);
      await consumer.settle(delivery!, { kind: 'dead', failure: FAILURE });
      const [letter] = await bus.deadLetters(0);
      expect(await bus.resolve(letter!.number)).toBe(true);
      expect(await bus.resolve(letter!.number)).toBe(false);
      expect(await bus.deadLetters(0)).toEqual([]);
      expect(await consumer.claim(1)).toEqual([]);
    });

    it('replays a signal about which its handler wrote the dead letter, and counts the replays', async () => {
      const consumer = await bus.consumer(spec());
      const signal = signalOf('Q_A');
      await bus.emit([signal]);
      for (const replay of [0, 1]) {
        const [delivery] = await claimAll(consumer, 1);
        const deadLetters = [{ ...FAILURE, daemon: 'worker', signal: delivery!.signal, key: `kept:${signal.id}` }];
        await consumer.settle(delivery!, { kind: 'done', said: { signals: [], deadLetters, state: [] } });
        const [letter] = await bus.deadLetters(0);
        expect(letter).toMatchObject({ signal, replay, key: `kept:${signal.id}` });
        await bus.reopen(letter!.number);
      }
      expect(await claimAll(consumer, 1)).toMatchObject([{ replay: 2 }]);
    });

    it('keeps the words of a letter that a handler wrote without secrets and bounded, and its content whole', async () => {
      const consumer = await bus.consumer(spec());
      await bus.emit([signalOf('Q_A')]);
      const [delivery] = await claimAll(consumer, 1);
      const words = { error: `X: Authorization: Bearer abc ${'x'.repeat(100_000)}`, traceback: 'x'.repeat(100_000) };
      const letter = { ...words, daemon: 'worker', content: 'password=hunter2', key: 'kept' };
      await consumer.settle(delivery!, { kind: 'done', said: { signals: [], deadLetters: [letter], state: [] } });
      const [kept] = await bus.deadLetters(0);
      expect(kept!.error.startsWith('X: Authorization: Bearer [redacted] xxx')).toBe(true);
      expect(kept!.error.length + kept!.traceback.length).toBeLessThan(50_000);
      expect(kept!.content).toBe('password=hunter2');
    });

    it('says where a signal stands with a daemon', async () => {
      const consumer = await bus.consumer(spec());
      const signal = signalOf('Q_A');
      const standing = () => bus.standing('worker', signal.id);
      expect(await standing()).toBe('unknown');
      await bus.emit([signal]);
      expect(await standing()).toBe('waiting');
      const [delivery] = await claimAll(consumer, 1);
      expect(await standing()).toBe('running');
      await consumer.settle(delivery!, { kind: 'dead', failure: FAILURE });
      expect(await standing()).toBe('dead');
      await bus.reopen((await bus.deadLetters(0))[0]!.number);
      expect(await standing()).toBe('waiting');
      const [again] = await claimAll(consumer, 1);
      await consumer.settle(again!, done());
      expect(await standing()).toBe('handled');
      expect(await bus.standing('nobody', signal.id)).toBe('unknown');
    });
  });
}
