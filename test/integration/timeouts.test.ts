import { afterEach, describe, expect, it } from 'vitest';
import { dreamConsumer } from '../../src/daemons/dream-consumer.js';
import { orchestratorMonitor } from '../../src/daemons/orchestrator-monitor.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import { releaseLock, takeLock } from '../../src/lib/dream/cycle/lock.js';
import { defineDaemon } from '../../src/lib/runtime/define-daemon.js';
import { say } from '../../src/lib/signals/facts.js';
import { anyMachine, until } from '../helpers/colony.js';
import { writeDreamHome } from '../helpers/dream-home.js';
import { startColony, type TestColony } from '../helpers/run.js';
import { signalOf } from '../helpers/signals.js';
import { startSupervised, type Supervised } from '../helpers/supervised.js';

const OFTEN = { intervalMs: 50 };
const SOON = { Q_INVESTIGATION_COMPLETE: { within: '1s' } };

let ending: Pick<TestColony | Supervised, 'end'>;
afterEach(() => ending.end());

const said = async ({ bus }: Pick<TestColony, 'bus'>, name: string) =>
  (await bus.browse({ signals: [name] })).map(({ signal }) => signal);

const ask = (key: string) =>
  signalOf('Q_CURIOSITY_INVESTIGATE', { question: 'What is it?', question_id: key, priority: 'normal', evidence: [] });

const COMPLETE = { investigation_timestamp: '20261125_103000', hypothesis: null, confidence: 0, evidence_count: 0 };

describe('a trigger that waits behind another cycle', () => {
  it('is on no clock until its own cycle is attempted, however long that takes', async () => {
    const soon = { Q_DREAM_COMPLETE: { within: '400ms' } };
    const dream = { maxLoad: 100_000, minFreeMb: 0 };
    const colony = await startColony({
      health: anyMachine,
      monitor: OFTEN,
      expectations: soon,
      dream,
      delivery: { pollMs: 20 },
    });
    ending = colony;
    writeDreamHome(colony.config);
    const { dreamLab } = pathsOf(colony.config);
    await takeLock(dreamLab, 'dream_in_the_foreground');
    await colony.start(dreamConsumer);
    await colony.start(orchestratorMonitor);
    const trigger = signalOf('Q_DREAM_TRIGGER', { reason: 'test', topic: null, promotion_count: 0 });
    await colony.bus.emit([trigger]);
    const startMs = Date.now();
    await until('four times its limit has passed', async () => Date.now() - startMs > 1_600);
    expect(await said(colony, 'Q_DREAM_TIMEOUT')).toEqual([]);
    expect(await said(colony, 'Q_DREAM_STEP')).toEqual([]);
    const freeMs = Date.now();
    await releaseLock(dreamLab, 'dream_in_the_foreground');
    // Nobody plays its tournament: its own cycle is late, and only from now on.
    await until('it is late', async () => (await said(colony, 'Q_DREAM_TIMEOUT')).length > 0);
    const [timeout] = await said(colony, 'Q_DREAM_TIMEOUT');
    expect(timeout?.cause_id).toBe(trigger.id);
    expect(Date.parse(timeout?.timestamp ?? '')).toBeGreaterThanOrEqual(freeMs + 400);
  });
});

describe('a colony with a worker that hangs', () => {
  it('tells of the question that it works at, not of the one behind it, and joins the late answer', async () => {
    const colony = await startColony({ health: anyMachine, monitor: OFTEN, expectations: SOON });
    ending = colony;
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const worker = defineDaemon({
      name: 'investigation_consumer_daemon',
      purpose: 'test',
      hears: ['Q_CURIOSITY_INVESTIGATE'],
      says: ['Q_INVESTIGATION_COMPLETE'],
      async handle({ facts }) {
        await finished;
        return [say('Q_INVESTIGATION_COMPLETE', { ...COMPLETE, question_id: String(facts['question_id']) })];
      },
    });
    await colony.start(worker);
    await colony.start(orchestratorMonitor);
    const [first, second] = [ask('first'), ask('second')];
    await colony.bus.emit([first, second]);
    await until('a timeout is said', async () => (await said(colony, 'Q_INVESTIGATION_TIMEOUT')).length > 0);
    finish();
    const late = async () => {
      const state = await colony.bus.state('orchestrator_monitor');
      return state[`overran:Q_INVESTIGATION_COMPLETE:${first.id}`] as { answer: { id: string } | null } | undefined;
    };
    await until('the late answer is joined', async () => (await late())?.answer != null);
    const timeouts = await said(colony, 'Q_INVESTIGATION_TIMEOUT');
    expect(timeouts).toMatchObject([
      { cause_id: first.id, trace: first.trace, facts: { question_id: 'first', timeout_seconds: 1 } },
    ]);
    expect(await said(colony, 'Q_HEALTH_ALERT')).toMatchObject([{ facts: { alert_type: 'investigation_timeout' } }]);
    const answers = await said(colony, 'Q_INVESTIGATION_COMPLETE');
    expect((await late())?.answer?.id).toBe(answers.find(({ cause_id }) => cause_id === first.id)?.id);
  });
});

describe('a monitor that is killed', () => {
  it('says of each question once that it timed out', async () => {
    const colony = await startSupervised({
      overrides: { health: anyMachine, monitor: OFTEN, expectations: SOON },
      only: ['chemical_bus', 'orchestrator_monitor'],
    });
    ending = colony;
    const questions = [0, 1, 2].map((number) => ask(`question ${number}`));
    for (const [number, question] of questions.entries()) {
      await colony.bus.emit([question]);
      await until(
        `question ${number} has timed out`,
        async () => (await said(colony, 'Q_INVESTIGATION_TIMEOUT')).length > number,
      );
      await until('the monitor runs', () => colony.signal('orchestrator_monitor', 'SIGKILL'));
    }
    const keys = (await said(colony, 'Q_INVESTIGATION_TIMEOUT')).map(({ facts }) => facts['question_id']);
    expect(keys).toEqual(['question 0', 'question 1', 'question 2']);
    expect(await said(colony, 'Q_HEALTH_ALERT')).toHaveLength(3);
  });
});
