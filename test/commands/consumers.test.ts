import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ListedConsumer } from '../../src/lib/operator/consumers.js';
import type { Config } from '../../src/lib/config/schema.js';
import { systemClock } from '../../src/lib/base/clock.js';
import { openBus } from '../../src/lib/bus/open-bus.js';
import { FAILURE, spec } from '../contract/engine.js';
import BusConsumers from '../../src/commands/bus/consumers.js';
import BusForget from '../../src/commands/bus/forget.js';
import { kloros } from '../helpers/cli.js';
import { examplesOf } from '../helpers/examples.js';
import { removeHome, silentLog, temporaryConfig } from '../helpers/colony.js';
import { signalOf } from '../helpers/signals.js';

describe('consumers that are gone', () => {
  let config: Config;
  const bus = (...args: string[]) =>
    kloros(['bus', ...args], { env: { KLOROS_HOME: config.home, KLOROS_PORT_BASE: String(config.portBase) } });

  const join = (name: string) => openBus({ config, clock: systemClock, log: silentLog, name });

  /** One of three signals was tried once, one is a dead letter, one was never seen. */
  beforeEach(async () => {
    config = await temporaryConfig();
    const gone = await join('gone');
    const consumer = await gone.consumer(spec({ name: 'old_policy_daemon' }));
    await gone.emit([signalOf('Q_A', { n: 1 }), signalOf('Q_A', { n: 2 })]);
    const [first, second] = await consumer.claim(2);
    await consumer.settle(first!, { kind: 'retry', failure: FAILURE, delayMs: 60_000 });
    await consumer.settle(second!, { kind: 'dead', failure: FAILURE });
    await gone.emit([signalOf('Q_A', { n: 3 })]);
    await gone.close();
  });
  afterEach(() => removeHome(config));

  const listed = async (): Promise<ListedConsumer[]> =>
    (JSON.parse((await bus('consumers', '--json')).stdout) as { result: ListedConsumer[] }).result;

  it('are listed with what is kept for them', async () => {
    expect(await listed()).toMatchObject([
      {
        ...{ name: 'old_policy_daemon', hears: ['Q_A'], enabled: true, declared: false, pids: [] },
        ...{ unseen: 1, open: 1, deadLetters: 1, oldestAtMs: expect.any(Number) as number },
        holds: { signals: 3, bytes: expect.any(Number) as number, overdue: 0 },
      },
    ]);
    const { stdout } = await bus('consumers');
    expect(stdout).toMatch(/old_policy_daemon +no such daemon +– +1 +1 .* 3 signals, /);
  });

  it('are shown with what would be lost for them, and nothing is changed with --dry-run or without an answer', async () => {
    const { stdout, code } = await bus('forget', 'old-policy', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toMatch(/unseen +1 signals, which it will not handle/);
    expect(stdout).toMatch(/open +1 signals, which become dead letters/);
    expect(stdout).toMatch(/dead +1 letters, which stay in the queue/);
    const unasked = await bus('forget', 'old_policy_daemon');
    expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining('add --yes') as string]);
    expect(await listed()).toMatchObject([{ enabled: true }]);
  });

  it('are forgotten: what they had open becomes a dead letter, and nothing is kept for them', async () => {
    const { stdout } = await bus('forget', 'old_policy_daemon', '--yes', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      status: 0,
      result: { consumer: { name: 'old_policy_daemon' }, forgotten: true, deadLetters: 1 },
    });
    expect(await listed()).toMatchObject([{ enabled: false, deadLetters: 2, holds: { signals: 0 } }]);
    const again = await bus('forget', 'old_policy_daemon', '--yes');
    expect([again.code, again.stderr]).toEqual([3, expect.stringContaining('There is no consumer') as string]);
  });

  it('are not gone while a process of them lives', async () => {
    const living = await join('old_policy_daemon');
    const { code, stderr } = await bus('forget', 'old_policy_daemon', '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain(`it runs: process ${process.pid}`);
    await living.close();
  });

  it('are suggested where a name is written wrong', async () => {
    const { code, stderr } = await bus('forget', 'old_polcy_daemon', '--yes');
    expect(code).toBe(3);
    expect(stderr).toContain('did you mean old_policy_daemon?');
  });

  it.each([...examplesOf(BusConsumers), ...examplesOf(BusForget)])('are dealt with by %s', async (example) => {
    expect(await bus(...example.split(' ').slice(1))).toMatchObject({ code: 0, stderr: '' });
  });
});
