import { chownSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { intentRouter } from '../../../src/daemons/intent-router.js';
import { systemClock } from '../../../src/lib/base/clock.js';
import { pathsOf } from '../../../src/lib/config/paths.js';
import type { Letter } from '../../../src/lib/dead-letter/letter.js';
import { planReplay } from '../../../src/lib/dead-letter/plan.js';
import { send } from '../../../src/lib/dead-letter/send.js';
import { DeadLetterStore } from '../../../src/lib/dead-letter/store.js';
import { all } from '../../helpers/all.js';
import { until } from '../../helpers/colony.js';
import { startColony, type TestColony } from '../../helpers/run.js';

const NOBODY = 65_534;

let colony: TestColony;
let paths: ReturnType<typeof pathsOf>;
let store: DeadLetterStore;

beforeEach(async () => {
  colony = await startColony({ delivery: { pollMs: 20 } });
  paths = pathsOf(colony.config);
  store = new DeadLetterStore(paths, systemClock);
  mkdirSync(paths.intents, { recursive: true });
  await colony.start(intentRouter);
});
afterEach(() => colony.end());

/** The only dead letter, a newer one than that, once its file is in quarantine. */
async function refusedAfter(number: number): Promise<Letter> {
  let letter: Letter | undefined;
  await until('it is refused', async () => {
    letter = (await all(store.letters()))[0];
    return (letter?.number ?? 0) > number && readdirSync(paths.intents).length === 0;
  });
  return letter!;
}

async function replayed(letter: Letter) {
  const [plan] = await planReplay([letter], colony.bus, false);
  return send(plan!, {
    ...{ bus: colony.bus, folders: paths, store },
    run: { run: 'r', startedAtMs: 0, broadcast: false },
  });
}

it.runIf(process.getuid?.() === 0)(
  'puts an intent of another user back as his file, and never as its own',
  async () => {
    const draft = join(paths.intents, 'a.tmp');
    writeFileSync(draft, '{"type":"nobody.routes.this","id":"x","data":{}}');
    chownSync(draft, NOBODY, NOBODY);
    renameSync(draft, join(paths.intents, 'a.json'));
    const first = await refusedAfter(0);
    expect(await replayed(first)).toMatchObject({ kind: 'sent' });
    const again = await refusedAfter(first.number!);
    expect(again).toMatchObject({ intentUid: NOBODY });
    rmSync(paths.quarantine, { recursive: true });
    const detail = `The intent of dead letter ${again.id} cannot be put back`;
    expect(await replayed(again)).toEqual({ kind: 'failed', detail });
    expect(readdirSync(paths.intents)).toEqual([]);
  },
);
