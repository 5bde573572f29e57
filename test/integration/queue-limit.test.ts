import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { intentRouter } from '../../src/daemons/intent-router.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import { defineDaemon } from '../../src/lib/runtime/define-daemon.js';
import { until } from '../helpers/colony.js';
import { startColony, type TestColony } from '../helpers/run.js';

const LIMIT = 20;
const BATCH = 5;
const INTENTS = 60;

let colony: TestColony;
beforeEach(async () => {
  colony = await startColony({ delivery: { pollMs: 20, queueLimit: LIMIT }, intents: { batch: BATCH } });
});
afterEach(() => colony.end());

it('leaves intents in their folder while too many signals wait, and routes them all when that is over', async () => {
  const { intents } = pathsOf(colony.config);
  mkdirSync(intents, { recursive: true });
  for (let n = 0; n < INTENTS; n += 1) {
    const data = { question: 'What?', question_id: `q.${n}`, evidence: [] };
    writeFileSync(join(intents, `${n}.json`), JSON.stringify({ type: 'reinvestigate', id: `q.${n}`, data }));
  }
  let isSlow = true;
  let finish: () => void = () => undefined;
  let handled = 0;
  const slow = defineDaemon({
    name: 'slow',
    purpose: 'test',
    hears: ['Q_CURIOSITY_INVESTIGATE'],
    says: [],
    handle: async () => {
      if (isSlow) await new Promise<void>((resolve) => (finish = resolve));
      handled += 1;
    },
  });
  await colony.start(slow);
  await colony.start(intentRouter);
  const said = async () => (await colony.bus.browse({ signals: ['Q_CURIOSITY_INVESTIGATE'] })).length;
  await until('the queue is full', async () => (await said()) >= LIMIT);
  expect(await said()).toBeLessThanOrEqual(LIMIT + BATCH);
  expect(readdirSync(intents).length).toBeGreaterThanOrEqual(INTENTS - LIMIT - BATCH);
  isSlow = false;
  finish();
  await until('all are routed and handled', () => handled === INTENTS);
  await until('the folder is empty', () => readdirSync(intents).length === 0);
});
