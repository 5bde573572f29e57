import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bus, Refusal } from '../../src/lib/bus/bus.js';
import {
  COLONY,
  CONSENT,
  fileOf,
  OPERATOR,
  peer,
  RELAY,
  type Acceptance,
  type Entrance,
} from '../../src/lib/signals/origin.js';
import { chained, done, signalOf } from '../helpers/signals.js';
import { claimAll, numbers, spec, type EngineUnderTest } from './engine.js';

const STRANGER = peer('anonymous', 'ask');
const OBSERVED = peer('watcher', 'observe');
const ACTING = peer('python', 'act');

/** Who may cause what: each acceptance, and whom of these it takes. */
const TAKEN: Record<Acceptance, readonly Entrance[]> = {
  ask: [STRANGER, fileOf(1001), ACTING, RELAY, OPERATOR, CONSENT, COLONY],
  act: [ACTING, RELAY, OPERATOR, CONSENT, COLONY],
  consent: [CONSENT],
  colony: [COLONY],
};
const EVERYBODY = [OBSERVED, ...TAKEN.ask];

const counts = (refusals: readonly Refusal[]) =>
  refusals.map(({ consumer, signal, from, count }) => `${consumer} ${signal} ${from.origin} ${count}`).sort();

/** What every engine promises of origins (DESIGN D10). */
export function describeOriginContract(engineName: string, start: () => Promise<EngineUnderTest>): void {
  describe(`origins in the ${engineName} engine`, () => {
    let engine: EngineUnderTest;
    let bus: Bus;
    beforeEach(async () => {
      engine = await start();
      ({ bus } = await engine.join('test'));
    });
    afterEach(() => engine.end());

    it('says when the journal took a signal, whatever the time of what is emitted again', async () => {
      const before = Date.now();
      const yearAhead = { ...signalOf('Q_A'), ts: before / 1_000 + 31_536_000 };
      await bus.emit([yearAhead], RELAY);
      const [taken] = await bus.browse({ sinceMs: before, untilMs: Date.now() });
      expect(taken).toMatchObject({ signal: { id: yearAhead.id } });
      const [claimed] = await claimAll(await bus.consumer(spec()), 1);
      const isNow = (atMs: number) => atMs >= before && atMs <= Date.now();
      expect([taken!.receivedAtMs, claimed!.receivedAtMs].map(isNow)).toEqual([true, true]);
    });

    it.each(Object.entries(TAKEN) as [Acceptance, readonly Entrance[]][])(
      'let a consumer that accepts %s see what those send who may, and nothing else',
      async (acceptance, taken) => {
        const consumer = await bus.consumer(spec({ accepts: { Q_A: acceptance } }));
        for (const [n, entrance] of EVERYBODY.entries()) await bus.emit([signalOf('Q_A', { n })], entrance);
        const wanted = EVERYBODY.flatMap((entrance, n) => (taken.includes(entrance) ? [n] : []));
        const claimed = await claimAll(consumer, wanted.length);
        expect(numbers(claimed)).toEqual(wanted);
        expect(claimed.map(({ from }) => from)).toEqual(taken);
        expect(await consumer.claim(10)).toEqual([]);
      },
    );

    it('count for each consumer, name and door what was refused, with the first as a sample', async () => {
      await bus.consumer(spec());
      await bus.consumer(spec({ name: 'curious', accepts: { Q_A: 'ask' } }));
      const first = signalOf('Q_A');
      await bus.emit([first, signalOf('Q_A'), signalOf('Q_B')], STRANGER);
      await bus.emit([signalOf('Q_A')], OBSERVED);
      expect(counts(await bus.refusals())).toEqual([
        'curious Q_A peer:watcher 1',
        'worker Q_A peer:anonymous 2',
        'worker Q_A peer:watcher 1',
      ]);
      const refused = (await bus.refusals()).find(
        ({ from, consumer }) => consumer === 'worker' && from.origin === 'peer:anonymous',
      );
      expect(refused).toMatchObject({ sample: first.id, reason: 'authority' });
      expect(await bus.deadLetters(0)).toEqual([]);
    });

    it('bound what is counted, however many names a stranger thinks up', async () => {
      const names = Array.from({ length: 1_200 }, (_, n) => `Q_${n}`);
      await bus.consumer(spec({ hears: names }));
      for (const name of names) await bus.emit([signalOf(name)], STRANGER);
      const refusals = await bus.refusals();
      expect(refusals.length).toBeLessThanOrEqual(1_001);
      expect(refusals.reduce((sum, { count }) => sum + count, 0)).toBe(1_200);
    });

    it('leave what is refused out of what waits, and say of it that it was', async () => {
      await bus.consumer(spec());
      const [refused, taken] = [signalOf('Q_A'), signalOf('Q_A')];
      await bus.emit([refused], STRANGER);
      await bus.emit([taken], ACTING);
      expect((await bus.consumers())[0]).toMatchObject({ lag: 1 });
      expect(await bus.standing('worker', refused.id)).toBe('refused');
      expect(await bus.standing('worker', taken.id)).toBe('waiting');
    });

    it('keep the least of a chain beside what the colony answers', async () => {
      const consumer = await bus.consumer(spec({ accepts: { Q_A: 'ask' } }));
      await bus.emit([signalOf('Q_A')], STRANGER);
      const [delivery] = await claimAll(consumer, 1);
      const answer = chained(delivery!.signal, 'Q_B');
      await consumer.settle(delivery!, done(answer));
      const recorded = await bus.find(answer.id);
      expect(recorded).toMatchObject({ from: COLONY, chain: STRANGER });
    });

    it('are asked for by who reads the past', async () => {
      await bus.emit([signalOf('Q_A', { n: 1 })], STRANGER);
      await bus.emit([signalOf('Q_A', { n: 2 })], COLONY);
      const seen = await bus.browse({ signals: ['Q_A'], accepts: 'act' });
      expect(seen.map(({ signal, from }) => [signal.facts['n'], from.origin])).toEqual([[2, 'colony']]);
    });

    it('let nobody stop the colony by governance.kill who may only ask', async () => {
      const consumer = await bus.consumer(spec());
      await bus.emit([signalOf('governance.kill')], STRANGER);
      await bus.emit([signalOf('Q_A')], ACTING);
      expect(await bus.pauseOf('worker')).toBeUndefined();
      expect(await claimAll(consumer, 1)).toHaveLength(1);
      expect(counts(await bus.refusals())).toEqual([' governance.kill peer:anonymous 1']);
      await bus.emit([signalOf('governance.kill')], ACTING);
      expect(await bus.pauseOf('worker')).toMatchObject({ by: 'governance.kill from test (peer:python)' });
    });
  });
}
