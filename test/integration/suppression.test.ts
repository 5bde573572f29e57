import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { investigationConsumer } from '../../src/daemons/investigation-consumer.js';
import { knownSuppressions, lift, suppress } from '../../src/lib/operator/suppressions.js';
import { until } from '../helpers/colony.js';
import { startColony, type TestColony } from '../helpers/run.js';
import { signalOf } from '../helpers/signals.js';
import { writeTree } from '../lib/investigation/tree.js';

const QUESTION = 'discover.module.phantom';

let colony: TestColony;
beforeEach(async () => {
  colony = await startColony({ delivery: { pollMs: 50 } });
  mkdirSync(source());
});
afterEach(() => colony.end());

const source = (...path: string[]) => join(colony.config.home, 'src', ...path);
const answers = async () =>
  (await colony.bus.browse({ signals: ['Q_INVESTIGATION_COMPLETE'] })).map(({ signal }) => signal.facts);
const now = () => Date.now();

/** Asks about a module, and waits for the answer to this one. */
async function ask() {
  const evidence = [`path:${source('phantom')}`];
  const facts = { question: 'What?', question_id: QUESTION, priority: 'normal', evidence };
  const asked = (await answers()).length;
  await colony.bus.emit([signalOf('Q_CURIOSITY_INVESTIGATE', facts)]);
  await until('it is answered', async () => (await answers()).length > asked);
  return (await answers()).at(-1)!;
}

describe('a question that fails again and again', () => {
  it('is answered without being investigated after five failures, until an operator lifts that', async () => {
    await colony.start(investigationConsumer);
    for (let times = 1; times <= 5; times += 1) expect(await ask()).not.toHaveProperty('suppressed');
    expect(await ask()).toMatchObject({
      status: 'failed',
      suppressed: true,
      error: expect.stringContaining(`kloros suppress remove ${QUESTION}`) as string,
    });
    expect(await knownSuppressions(colony.bus, now())).toMatchObject([{ questionId: QUESTION, failures: 5 }]);
    writeTree(source(), { 'phantom/__init__.py': '"""Is there after all."""\n' });
    expect(await ask()).toMatchObject({ suppressed: true });
    await lift(colony.bus, QUESTION);
    expect(await ask()).toMatchObject({ status: 'completed' });
  });

  it('counts an investigation that was not answered in time, and begins anew after a good answer', async () => {
    await colony.start(investigationConsumer);
    const late = () => {
      const timeout = { question_id: QUESTION, timeout_seconds: 600, suggested_action: 'restart', state: 'running' };
      return signalOf('Q_INVESTIGATION_TIMEOUT', timeout);
    };
    await colony.bus.emit([late(), late(), late(), late()]);
    const failures = async () => Object.keys(await colony.bus.state(investigationConsumer.name, 'question:')).length;
    await until('four failures are kept', async () => (await failures()) === 4);
    writeTree(source(), { 'phantom/__init__.py': '"""Is there."""\n' });
    expect(await ask()).toMatchObject({ status: 'completed' });
    expect(await failures()).toBe(0);
  });

  it('is not investigated when an operator says so', async () => {
    await colony.start(investigationConsumer);
    await suppress(colony.bus, QUESTION, { reason: 'phantom', sinceMs: now(), untilMs: null });
    expect(await ask()).toMatchObject({ suppressed: true, error: expect.stringContaining('phantom') as string });
  });
});
