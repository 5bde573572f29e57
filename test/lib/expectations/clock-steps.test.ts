import { beforeEach, describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/lib/config/schema.js';
import { openTimeoutWatch } from '../../../src/lib/expectations/open-timeout-watch.js';
import type { TimeoutWatch } from '../../../src/lib/expectations/timeout-watch.js';
import type { Signal } from '../../../src/lib/signals/envelope.js';
import { silentLog } from '../../helpers/colony.js';
import { WrittenJournal } from '../../helpers/written-journal.js';

const MINUTE_MS = 60_000;
const YEAR = 525_600;
const START_MS = Date.UTC(2026, 10, 25, 9);
/** Each is late after ten minutes. */
const TRIGGER = 'Q_CURIOSITY_INVESTIGATE';
const LATE = ['Q_INVESTIGATION_TIMEOUT', 'Q_HEALTH_ALERT'];
const config = configSchema.parse({
  home: '/home',
  sourceRoots: [],
  deployRoot: '/deploy',
  capabilitiesPath: '/c.yaml',
});

let journal: WrittenJournal;
/** Minutes that have passed, and by how many the wall clock is wrong. */
let [passed, ahead] = [0, 0];
let state: Record<string, unknown>;
let watch: TimeoutWatch;
beforeEach(() => {
  [journal, state, passed, ahead] = [new WrittenJournal(), {}, 0, 0];
  restart();
});

const wallMs = () => START_MS + (passed + ahead) * MINUTE_MS;

/** The monitor begins anew, with what its state holds. */
function restart(): void {
  const clock = { nowMs: wallMs, monotonicMs: () => passed * MINUTE_MS };
  const moment = () => ({ wallMs: wallMs(), boot: 'boot', uptimeMs: passed * MINUTE_MS });
  watch = openTimeoutWatch({ config, journal, clock, moment, log: silentLog }, structuredClone(state));
}

/** A question; the clock of its publisher may be wrong, too. */
function ask(id: string, publisherAhead = 0): Signal {
  const facts = { question_id: id, question: 'what is it?' };
  const atMs = wallMs() + publisherAhead * MINUTE_MS;
  return journal.write({ id, name: TRIGGER, facts, atMs, receivedAtMs: wallMs() });
}

/** Minutes pass, with a look in each; the names of what was said. */
async function pass(minutes: number): Promise<string[]> {
  const said: string[] = [];
  for (let minute = 0; minute < minutes; minute += 1) {
    passed += 1;
    const look = await watch.look();
    for (const { key, value } of look.state) state[key] = structuredClone(value);
    said.push(...look.signals.map(({ signal }) => signal));
  }
  return said;
}

describe.each([120, -120, YEAR, -YEAR])('a wall clock that is set by %i minutes makes a question', (minutes) => {
  it('that is worked at late when its time is over, and not before', async () => {
    journal.hears('investigation_consumer_daemon', TRIGGER);
    journal.begin(ask('q'), wallMs());
    await pass(4);
    ahead = minutes;
    expect([await pass(5), await pass(1)]).toEqual([[], LATE]);
  });

  it('that nobody works at late when its time is over, and not before', async () => {
    ask('q');
    await pass(4);
    ahead = minutes;
    expect([await pass(5), await pass(1)]).toEqual([[], LATE]);
  });

  it('late when its time is over also where the monitor was started again meanwhile', async () => {
    ask('q');
    await pass(4);
    ahead = minutes;
    restart();
    expect([await pass(5), await pass(1)]).toEqual([[], LATE]);
    restart();
    expect(await pass(30)).toEqual([]);
  });

  it('late in its time where it came between the step and the last look before it', async () => {
    await pass(2);
    ask('q');
    ahead = minutes;
    expect([await pass(9), await pass(2)]).toEqual([[], LATE]);
  });

  it('that comes after it late in its own time', async () => {
    await pass(2);
    ahead = minutes;
    await pass(2);
    ask('q');
    expect([await pass(9), await pass(1)]).toEqual([[], LATE]);
  });

  it('late once, and its answer known as late', async () => {
    const cause = ask('q');
    expect(await pass(10)).toEqual(LATE);
    ahead = minutes;
    expect(await pass(30)).toEqual([]);
    const facts = { question_id: 'q', status: 'completed' };
    journal.write({ id: 'answer', name: 'Q_INVESTIGATION_COMPLETE', facts, atMs: wallMs(), cause });
    expect((await watch.look()).late).toMatchObject([{ trigger: { id: 'q' }, answer: { id: 'answer' } }]);
  });
});

it('The clock of a publisher makes no question late, and none wait longer', async () => {
  for (const [index, publisherAhead] of [0, YEAR, -YEAR].entries()) ask(`q${index}`, publisherAhead);
  expect(await pass(9)).toEqual([]);
  expect((await pass(1)).filter((name) => name === LATE[0])).toHaveLength(3);
});
