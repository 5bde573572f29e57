import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KlorosError, LaterError, PermanentError } from '../../../src/lib/base/errors.js';
import { defineDaemon, type DaemonDefinition } from '../../../src/lib/runtime/define-daemon.js';
import { until } from '../../helpers/colony.js';
import { startColony, type TestColony } from '../../helpers/run.js';
import { signalOf } from '../../helpers/signals.js';

const QUICK_RETRY = { delivery: { backoffMs: 1, maxBackoffMs: 5, pollMs: 20 } };

describe('a daemon at work', () => {
  let colony: TestColony;
  beforeEach(async () => {
    colony = await startColony(QUICK_RETRY);
  });
  afterEach(() => colony.end());

  function worker(overrides: Partial<DaemonDefinition>) {
    return defineDaemon({
      name: 'worker',
      purpose: 'test',
      hears: ['X_ASKED'],
      says: ['X_ANSWERED'],
      handle: () => undefined,
      ...overrides,
    });
  }

  async function settled(): Promise<void> {
    await until('nothing is open', async () => {
      const status = (await colony.bus.consumers()).find(({ name }) => name === 'worker');
      return status !== undefined && status.lag + status.running + status.waiting === 0;
    });
  }

  const answers = () => colony.bus.browse({ signals: ['X_ANSWERED'] });

  it('says what its handler returns, with cause and trace of what it heard', async () => {
    await colony.start(
      worker({ handle: ({ facts }) => [{ signal: 'X_ANSWERED', facts: { twice: Number(facts['n']) * 2 } }] }),
    );
    const question = signalOf('X_ASKED', { n: 21 });
    await colony.bus.emit([question]);
    await until('it answered', async () => (await answers()).length === 1);
    const [answer] = await answers();
    expect(answer!.signal).toMatchObject({
      facts: { twice: 42 },
      source: 'worker',
      cause_id: question.id,
      trace: question.id,
    });
  });

  it('tries again what failed, and keeps nothing that the failed attempt said', async () => {
    const attempts: number[] = [];
    const handle = (_signal: unknown, { attempt }: { attempt: number }) => {
      attempts.push(attempt);
      if (attempt < 3) throw new Error('not yet');
      return [{ signal: 'X_ANSWERED', facts: {} }];
    };
    await colony.start(worker({ handle }));
    await colony.bus.emit([signalOf('X_ASKED')]);
    await until('it answered', async () => (await answers()).length === 1);
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('makes a signal a dead letter at once when no second attempt can mend it', async () => {
    const handle = () => {
      throw new PermanentError({ code: 'NO_USE', message: 'never', next: ['give up'] });
    };
    await colony.start(worker({ handle }));
    await colony.bus.emit([signalOf('X_ASKED')]);
    await until('it is dead', async () => (await colony.bus.deadLetters(0)).length === 1);
    expect(await colony.bus.deadLetters(0)).toMatchObject([
      { attempts: 1, error: 'NO_USE: never; give up', daemon: 'worker' },
    ]);
  });

  it('goes on with the next signal after one that it cannot handle', async () => {
    const handle = ({ facts }: { facts: Record<string, unknown> }) => {
      if (facts['bad'] === true) throw new PermanentError({ code: 'BAD', message: 'bad' });
      return [{ signal: 'X_ANSWERED', facts }];
    };
    await colony.start(worker({ handle }));
    await colony.bus.emit([signalOf('X_ASKED', { bad: true }), signalOf('X_ASKED', { bad: false })]);
    await until('the next is answered', async () => (await answers()).length === 1);
  });

  it('refuses to say what its definition does not say', async () => {
    await colony.start(worker({ maxAttempts: 1, handle: () => [{ signal: 'X_SECRET', facts: {} }] }));
    await colony.bus.emit([signalOf('X_ASKED')]);
    await until('it is dead', async () => (await colony.bus.deadLetters(0)).length === 1);
    expect((await colony.bus.deadLetters(0))[0]!.error).toContain('UNDECLARED_SIGNAL');
  });

  it('refuses to say a known signal with wrong facts, in readable words', async () => {
    const handle = () => [{ signal: 'Q_DREAM_TRIGGER', facts: { reason: 1 } }];
    await colony.start(worker({ maxAttempts: 1, says: ['Q_DREAM_TRIGGER'], handle }));
    await colony.bus.emit([signalOf('X_ASKED')]);
    await until('it is dead', async () => (await colony.bus.deadLetters(0)).length === 1);
    expect((await colony.bus.deadLetters(0))[0]!.error).toMatch(/INVALID_FACTS.*Q_DREAM_TRIGGER/s);
  });

  it('ends a handler at its time limit and counts the attempt', async () => {
    const handle = (_signal: unknown, { abort }: { abort: AbortSignal }) =>
      new Promise<void>((_resolve, reject) => abort.addEventListener('abort', () => reject(abort.reason as Error)));
    await colony.start(worker({ timeoutMs: 10, maxAttempts: 2, handle }));
    await colony.bus.emit([signalOf('X_ASKED')]);
    await until('it is dead', async () => (await colony.bus.deadLetters(0)).length === 1);
    expect(await colony.bus.deadLetters(0)).toMatchObject([
      { attempts: 2, error: expect.stringContaining('TIMED_OUT') as string },
    ]);
  });

  it('gives an attempt back, and waits, when it is the machine that failed', async () => {
    let failing = true;
    const attempts: number[] = [];
    const handle = (_signal: unknown, { attempt }: { attempt: number }) => {
      attempts.push(attempt);
      if (!failing) return;
      failing = false;
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    };
    await colony.start(worker({ maxAttempts: 1, handle }));
    await colony.bus.emit([signalOf('X_ASKED')]);
    await until('it is handled', async () => attempts.length === 2);
    await settled();
    expect(attempts).toEqual([1, 1]);
  });

  it('gives an attempt back that is not to be made now, holds back nobody meanwhile, and never counts it', async () => {
    const attempts: number[] = [];
    let isFree = false;
    await colony.start(
      worker({
        maxAttempts: 1,
        handle: ({ facts }, { attempt }) => {
          if (facts['frees'] === true) return void (isFree = true);
          attempts.push(attempt);
          if (!isFree || attempts.length < 3) throw new LaterError('the other one goes first', 1);
          return [{ signal: 'X_ANSWERED', facts: {} }];
        },
      }),
    );
    await colony.bus.emit([signalOf('X_ASKED'), signalOf('X_ASKED', { frees: true })]);
    await settled();
    expect(await answers()).toHaveLength(1);
    expect(new Set(attempts)).toEqual(new Set([1]));
  });

  it('handles in order at concurrency 1, and as many at once as it declares', async () => {
    let running = 0;
    let most = 0;
    const order: unknown[] = [];
    const handle = async ({ facts }: { facts: Record<string, unknown> }) => {
      most = Math.max(most, ++running);
      order.push(facts['n']);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    };
    const daemon = await colony.start(worker({ handle }));
    await colony.bus.emit([...Array(50).keys()].map((n) => signalOf('X_ASKED', { n })));
    await settled();
    expect({ most, order }).toEqual({ most: 1, order: [...Array(50).keys()] });
    await daemon.stop();
    await colony.start(worker({ handle, concurrency: 4 }));
    await colony.bus.emit([...Array(50).keys()].map((n) => signalOf('X_ASKED', { n })));
    await settled();
    expect(most).toBe(4);
  });

  it('lets what runs finish when it is stopped, and gives back what it had not begun', async () => {
    let finish: () => void = () => undefined;
    const begun: unknown[] = [];
    const handle = ({ facts }: { facts: Record<string, unknown> }) => {
      begun.push(facts['n']);
      return new Promise<void>((resolve) => (finish = resolve));
    };
    const daemon = await colony.start(worker({ handle, concurrency: 2 }));
    await colony.bus.emit([signalOf('X_ASKED', { n: 1 })]);
    await until('it has begun', () => begun.length === 1);
    const stopped = daemon.stop();
    finish();
    await stopped;
    await colony.bus.emit([signalOf('X_ASKED', { n: 2 })]);
    const handled: unknown[] = [];
    await colony.start(worker({ handle: ({ facts }) => void handled.push(facts['n']) }));
    await settled();
    expect(handled).toEqual([2]);
  });

  it('keeps state between signals, written with what it said', async () => {
    const handle: DaemonDefinition['handle'] = async (_signal, attempt) => {
      const count = Number((await attempt.state())['count'] ?? 0) + 1;
      return { state: [{ key: 'count', value: count }], signals: [{ signal: 'X_ANSWERED', facts: { count } }] };
    };
    await colony.start(worker({ handle }));
    for (let index = 0; index < 3; index += 1) {
      await colony.bus.emit([signalOf('X_ASKED')]);
      await settled();
    }
    expect((await answers()).map(({ signal }) => signal.facts['count'])).toEqual([1, 2, 3]);
  });

  it('is refused while it runs already, unless it is a further instance', async () => {
    await colony.start(worker({}));
    await expect(colony.start(worker({}))).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
    await colony.start(worker({}), { instance: '2' });
  });

  it('commits what its source says before it lets it clean up, and says the same thing once after a crash between the two', async () => {
    const atMs = 1_700_000_000_000;
    const draft = {
      signal: 'X_ANSWERED',
      facts: { n: 1 },
      causeId: 'intent:x.json',
      derivedFrom: { atMs, key: 'x.json' },
    };
    let committed = 0;
    async function* source() {
      yield { signals: [draft], committed: async () => void (committed += 1) };
    }
    const definition = defineDaemon({ name: 'worker', purpose: 'test', hears: [], says: ['X_ANSWERED'], source });
    for (const expected of [1, 2]) {
      const daemon = await colony.start(definition);
      await until('it is committed', () => committed === expected);
      await daemon.stop();
    }
    expect((await answers()).map(({ signal }) => signal.cause_id)).toEqual(['intent:x.json']);
  });

  it('rejects when its source cannot go on, so that its supervisor starts it again', async () => {
    const gone = new KlorosError({ code: 'SOURCE_GONE', message: 'gone' });
    const source = () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(gone) }) });
    const daemon = await colony.start(defineDaemon({ name: 'worker', purpose: 'test', hears: [], says: [], source }));
    await expect(daemon.done).rejects.toMatchObject({ code: 'SOURCE_GONE' });
  });
});
