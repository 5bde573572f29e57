import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { orchestratorMonitor } from '../../src/daemons/orchestrator-monitor.js';
import { PermanentError } from '../../src/lib/base/errors.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import type { WaitingRow } from '../../src/lib/expectations/waiting-row.js';
import { defineDaemon } from '../../src/lib/runtime/define-daemon.js';
import type { Signal } from '../../src/lib/signals/envelope.js';
import { say } from '../../src/lib/signals/facts.js';
import { kloros } from '../helpers/cli.js';
import { anyMachine, removeHome, until } from '../helpers/colony.js';
import { startColony, type TestColony } from '../helpers/run.js';
import { signalOf } from '../helpers/signals.js';

const CONSUMER = 'investigation_consumer_daemon';
const COMPLETE = { investigation_timestamp: '20261125_103000', hypothesis: null, confidence: 0, evidence_count: 0 };

let colony: TestColony;
let finish: () => void;

beforeEach(async () => {
  const expectations = { Q_INVESTIGATION_COMPLETE: { within: '1s' } };
  colony = await startColony({ health: anyMachine, monitor: { intervalMs: 50 }, expectations });
});
afterEach(() => colony.end());

const stuck = (...args: string[]) =>
  kloros(['stuck', ...args], {
    env: {
      KLOROS_HOME: colony.config.home,
      KLOROS_PORT_BASE: String(colony.config.portBase),
      KLOROS_EXPECTATIONS: '{Q_INVESTIGATION_COMPLETE: {within: 1s}}',
    },
  });

interface Listed {
  status: number;
  result: { waiting: WaitingRow[]; late: { key: string; late_by_ms: number }[]; chain?: Signal[]; total: number };
  warnings: string[];
}

async function listed(...args: string[]): Promise<Listed> {
  return JSON.parse((await stuck(...args, '--json')).stdout) as Listed;
}

const ask = (key: string) =>
  signalOf('Q_CURIOSITY_INVESTIGATE', { question: 'What is it?', question_id: key, priority: 'normal', evidence: [] });

/** A consumer that hangs on `hangs` until it is told to go on, and cannot read `bad`. */
async function work(): Promise<void> {
  const finished = new Promise<void>((resolve) => (finish = resolve));
  await colony.start(
    defineDaemon({
      name: CONSUMER,
      purpose: 'test',
      hears: ['Q_CURIOSITY_INVESTIGATE'],
      says: ['Q_INVESTIGATION_COMPLETE'],
      urgentFirst: true, // As the real one does, it claims no more than it can start.
      timeoutMs: 600_000,
      async handle({ facts }) {
        const key = String(facts['question_id']);
        if (key === 'bad') throw new PermanentError({ code: 'BAD', message: 'no such question' });
        if (key === 'hangs') await finished;
        return [say('Q_INVESTIGATION_COMPLETE', { ...COMPLETE, question_id: key })];
      },
    }),
  );
}

describe('kloros stuck', { timeout: 240_000 }, () => {
  it('says that nothing waits, with 0; an id and a filter that mean nothing end with 3', async () => {
    expect(await stuck()).toMatchObject({ code: 0, stdout: 'Nothing waits\n' });
    const intents = pathsOf(colony.config).intents;
    mkdirSync(intents, { recursive: true });
    writeFileSync(join(intents, 'a.json'), '{}');
    expect((await stuck()).stdout).toBe(
      'No trigger waits for its completion\nWaiting: 1 intent to be routed (kloros intent list)\n',
    );
    rmSync(join(intents, 'a.json'));
    expect(await stuck('q1')).toMatchObject({ code: 3 });
    expect(await stuck('--overdue')).toMatchObject({ code: 3 });
    expect((await stuck('--daemon', 'investigation-consumr')).stderr).toContain(`did you mean ${CONSUMER}?`);
  });

  it('lists what waits, on whom and what to do: dead letters first, what is overdue next, and the queue', async () => {
    await work();
    await colony.start(orchestratorMonitor);
    await colony.bus.emit([ask('bad'), ask('hangs'), ask('behind')]);
    await until('a timeout is said', async () => {
      const timeouts = await colony.bus.browse({ signals: ['Q_INVESTIGATION_TIMEOUT'] });
      return timeouts.some(({ signal }) => signal.facts['question_id'] === 'hangs');
    });
    const { result, warnings } = await listed();
    expect(warnings).toEqual([]);
    expect(result.waiting).toMatchObject([
      {
        key: 'bad',
        state: 'dead',
        daemon: CONSUMER,
        next: [expect.stringMatching(/^kloros dlq show/), expect.anything()],
      },
      { key: 'hangs', state: 'running', attempts: 1, overdue: true, timeout: { id: expect.any(String) as string } },
      { key: 'behind', state: 'queued', limit: 'queue', overdue: false, next: [] },
    ]);
    expect(result.waiting[1]!.next[0]).toBe('kloros daemon restart investigation_consumer_daemon');
    const { stdout } = await stuck();
    expect(stdout).toContain('3 wait, 1 overdue, 1 will never come by itself');
    const { stdout: page } = await stuck('hangs');
    expect(page).toContain('waits for Q_INVESTIGATION_COMPLETE');
    expect(page).toContain('Q_INVESTIGATION_TIMEOUT');
    finish();
    await until('the answer is there', async () => {
      return (await colony.bus.browse({ signals: ['Q_INVESTIGATION_COMPLETE'] })).length === 2;
    });
    expect((await stuck()).stdout).toContain('CAME LATE');
  });

  it('names what is paused and what does not run, and warns that nobody tells of timeouts', async () => {
    await work();
    await colony.bus.emit([ask('hangs')]);
    await until('it is begun', async () => (await colony.bus.begun(CONSUMER, 0)).length === 1);
    await colony.bus.setPaused([CONSUMER], { by: 'operator', reason: null, sinceMs: Date.now() });
    await colony.bus.emit([ask('waits')]);
    const { result, warnings } = await listed('waits');
    expect(result.waiting).toMatchObject([
      { state: 'queued', paused: true, next: [`kloros daemon resume ${CONSUMER}`] },
    ]);
    expect(warnings).toEqual(['orchestrator_monitor does not run, so no timeout is told']);
    finish();
  });

  it('looks at a colony that is stopped, and changes no byte of its journal', async () => {
    const stopped = await startColony();
    const hears = ['Q_CURIOSITY_INVESTIGATE'];
    const place = {
      name: CONSUMER,
      hears,
      from: 'beginning',
      maxAttempts: 1,
      ordered: false,
      urgentFirst: false,
    } as const;
    await (await stopped.bus.consumer(place)).close();
    await stopped.bus.emit([ask('q1')]);
    await stopped.leave();
    const journal = () => readFileSync(pathsOf(stopped.config).journal);
    const before = journal();
    const env = { KLOROS_HOME: stopped.config.home, KLOROS_PORT_BASE: String(stopped.config.portBase) };
    const { result } = JSON.parse((await kloros(['stuck', 'q1', '--json'], { env })).stdout) as Listed;
    expect(result.waiting).toMatchObject([{ key: 'q1', state: 'queued', daemon: CONSUMER, pids: [] }]);
    expect(result.chain).toHaveLength(1);
    expect(journal().equals(before)).toBe(true);
    removeHome(stopped.config);
  });

  it('of a home in which nothing ever ran says so, and makes nothing there', async () => {
    const home = join(colony.config.home, 'nothing');
    const { code, stderr } = await kloros(['stuck'], { env: { KLOROS_HOME: home } });
    expect(code).toBe(3);
    expect(stderr).toContain('There is no journal in');
    expect(existsSync(home)).toBe(false);
  });
});
