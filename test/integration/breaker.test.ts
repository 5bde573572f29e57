import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InfrastructureError } from '../../src/lib/base/errors.js';
import { defineDaemon, type DaemonDefinition } from '../../src/lib/runtime/define-daemon.js';
import { until } from '../helpers/colony.js';
import { startColony, type TestColony } from '../helpers/run.js';
import { signalOf } from '../helpers/signals.js';

const SIGNALS = 30;

type Handle = NonNullable<DaemonDefinition['handle']>;

let colony: TestColony;
beforeEach(async () => {
  const breaker = { failures: 3, pauseMs: 20, maxPauseMs: 40 };
  colony = await startColony({ delivery: { pollMs: 20, backoffMs: 5, maxBackoffMs: 10, breaker } });
});
afterEach(() => colony.end());

const ask = (count: number) => colony.bus.emit([...Array(count).keys()].map((n) => signalOf('X_ASKED', { n })));
const status = async () => (await colony.bus.consumers()).find(({ name }) => name === 'worker');
const openWork = async () => {
  const now = await status();
  return now === undefined ? 0 : now.lag + now.running + now.waiting;
};
const worker = (handle: Handle, more: Partial<DaemonDefinition> = {}) =>
  defineDaemon({ name: 'worker', purpose: 'test', hears: ['X_ASKED'], says: [], maxAttempts: 1, handle, ...more });

const away = () => new InfrastructureError({ code: 'MODEL_AWAY', message: 'the model does not answer' });

describe('a daemon on a machine that fails', () => {
  it.each([1, 4])('claims one probe at a time at concurrency %i, says so, and loses nothing', async (concurrency) => {
    let failing = true;
    let running = 0;
    let mostWhileOpen = 0;
    const handled = new Set<unknown>();
    const attempts = new Set<number>();
    const handle: Handle = async ({ facts }, { attempt }) => {
      attempts.add(attempt);
      running += 1;
      const isOpen = ((await status())?.outages.length ?? 0) > 0;
      if (isOpen && failing) mostWhileOpen = Math.max(mostWhileOpen, running);
      running -= 1;
      if (failing) throw away();
      handled.add(facts['n']);
    };
    await colony.start(worker(handle, { concurrency }));
    await ask(SIGNALS);
    await until('it says so', async () => ((await status())?.outages ?? []).length === 1);
    expect((await status())?.outages).toMatchObject([{ error: 'MODEL_AWAY: the model does not answer' }]);
    await until('it has probed', () => mostWhileOpen > 0);
    failing = false;
    await until('all are handled', async () => (await openWork()) === 0);
    await until('it says that all is well', async () => (await status())?.outages.length === 0);
    expect([mostWhileOpen, handled.size, [...attempts]]).toEqual([1, SIGNALS, [1]]);
    expect(await colony.bus.deadLetters(0)).toEqual([]);
  });

  it('does not let one signal that always fails so stop the others, and buries it in the end', async () => {
    const handled = new Set<unknown>();
    const handle: Handle = ({ facts }) => {
      if (facts['n'] === 0) throw away();
      handled.add(facts['n']);
    };
    await colony.start(worker(handle));
    await ask(SIGNALS);
    await until('all others are handled', () => handled.size === SIGNALS - 1);
    await until('it is a dead letter', async () => {
      if ((await colony.bus.deadLetters(0)).length === 1) return true;
      await colony.bus.emit([signalOf('X_ASKED', { n: SIGNALS })]); // Among others that go well, it alone can be to blame.
      return false;
    });
    expect((await colony.bus.deadLetters(0))[0]).toMatchObject({ signal: { facts: { n: 0 } } });
  });

  it('begins anew when it is started again', async () => {
    let failing = true;
    const daemon = await colony.start(
      worker(() => {
        if (failing) throw away();
      }),
    );
    await ask(1);
    await until('its breaker is open', async () => (await status())?.outages.length === 1);
    await daemon.stop();
    failing = false;
    expect((await status())?.outages).toEqual([]);
    await colony.start(worker(() => undefined));
    await until('it is handled', async () => (await openWork()) === 0);
  });
});
