import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/base/clock.js';
import { PermanentError } from '../../../src/lib/base/errors.js';
import { pathsOf } from '../../../src/lib/config/paths.js';
import { softDelete } from '../../../src/lib/dead-letter/clean-up.js';
import { editedSignal, sendEdited } from '../../../src/lib/dead-letter/edit.js';
import { isQuarantined } from '../../../src/lib/dead-letter/filter.js';
import { letterOf } from '../../../src/lib/dead-letter/letter.js';
import { planReplay } from '../../../src/lib/dead-letter/plan.js';
import { Replay } from '../../../src/lib/dead-letter/replay.js';
import { RunRecord, unfinishedRuns, type RunHeader } from '../../../src/lib/dead-letter/run-record.js';
import { signalAnew } from '../../../src/lib/dead-letter/send.js';
import { DeadLetterStore } from '../../../src/lib/dead-letter/store.js';
import { intentRouter } from '../../../src/daemons/intent-router.js';
import { defineDaemon } from '../../../src/lib/runtime/define-daemon.js';
import type { Signal } from '../../../src/lib/signals/envelope.js';
import { COLONY, OPERATOR, peer } from '../../../src/lib/signals/origin.js';
import { until } from '../../helpers/colony.js';
import { startColony, type TestColony } from '../../helpers/run.js';
import { signalOf } from '../../helpers/signals.js';
import { all } from '../../helpers/all.js';

let colony: TestColony;
let store: DeadLetterStore;
let paths: ReturnType<typeof pathsOf>;
let broken: (signal: Signal) => boolean;
let handled: { by: string; n: unknown }[];
let runs: number;

beforeEach(async () => {
  colony = await startColony({ delivery: { backoffMs: 1, maxBackoffMs: 5, pollMs: 20 } });
  paths = pathsOf(colony.config);
  store = new DeadLetterStore(paths, systemClock);
  broken = () => true;
  handled = [];
  runs = 0;
});
afterEach(() => colony.end());

/** Fails at what is broken, for good. */
const worker = (name = 'worker') =>
  defineDaemon({
    name,
    purpose: 'test',
    hears: ['Q_A'],
    says: [],
    from: 'beginning',
    concurrency: 8,
    handle: (signal) => {
      if (name === 'worker' && broken(signal))
        throw new PermanentError({ code: 'BROKEN', message: `cannot do ${String(signal.facts['n'])}` });
      handled.push({ by: name, n: signal.facts['n'] });
    },
  });

const idle = new AbortController();

type Told = Partial<Record<'progress' | 'watching', (done: number) => void>>;

/** The record of a replay of these rows that was begun, and nothing more. */
async function begun(ids: readonly string[], more: Partial<RunHeader> = {}): Promise<RunRecord> {
  const record = new RunRecord(paths.replays, {
    ...{ run: `run${runs++}`, startedAtMs: Date.now(), reason: null, broadcast: false, rate: null, ramp: null },
    ...{ watchMs: 10_000, ids: [...ids], ...more },
  });
  await record.begin();
  return record;
}

async function replay(ids: readonly string[], more: Partial<RunHeader> = {}) {
  return running(await begun(ids, more)).run();
}

function running(record: RunRecord, abort: AbortSignal = idle.signal, told: Told = {}) {
  const { progress = () => undefined, watching = () => undefined } = told;
  const options = { bus: colony.bus, store, folders: paths, clock: systemClock, abort, progress, watching };
  return new Replay(record, options);
}

/** So many signals fail; answers the ids of their rows. */
async function fail(count: number, from = OPERATOR): Promise<string[]> {
  await colony.bus.emit(
    [...Array(count).keys()].map((n) => signalOf('Q_A', { n })),
    from,
  );
  return openIds(count);
}

async function openIds(count: number): Promise<string[]> {
  await until(`${count} rows are open`, async () => (await store.read()).length === count);
  return (await store.read()).map(({ id }) => id);
}

describe('a replay', () => {
  it('gives signals back to the daemon that failed, and only to it; each row says what became of it', async () => {
    await colony.start(worker());
    await colony.start(worker('other'));
    const ids = await fail(3);
    await until('the other has handled them', () => handled.length === 3);
    broken = ({ facts }) => facts['n'] === 2;
    const { rows, left, stopped } = await replay(ids, { reason: 'mended' });
    expect(rows.map(({ became }) => became)).toEqual(['handled', 'handled', 'failed again']);
    expect({ left, stopped }).toEqual({ left: 0, stopped: null });
    expect(handled.filter(({ by }) => by === 'other')).toHaveLength(3);
    expect(handled.filter(({ by }) => by === 'worker').map(({ n }) => n)).toEqual([0, 1]);
    await until('the one that failed again is back', async () => (await store.read())[0]?.replay === 1);
    expect(await unfinishedRuns(paths.replays)).toEqual([]);
  });

  it('brings back what fails again, with its history, once', async () => {
    await colony.start(worker());
    await fail(1);
    for (const times of [1, 2]) {
      const [letter] = await store.read();
      await replay([letter!.id], { reason: `try ${times}` });
      await until('it is back', async () => (await store.read()).some((one) => one.replay === times));
    }
    const letters = await store.read();
    expect(letters).toHaveLength(1);
    expect(letters[0]!.history).toMatchObject([
      { error: 'BROKEN: cannot do 0', attempts: 1, reason: 'try 1', replayed_at: expect.any(String) as string },
      { error: 'BROKEN: cannot do 0', attempts: 1, reason: 'try 2', replayed_at: expect.any(String) as string },
    ]);
    expect((await all(store.archivedLetters())).map(({ resolution }) => resolution)).toMatchObject([
      { kind: 'replayed', became: 'failed again', reason: 'try 1' },
      { kind: 'replayed', became: 'failed again', reason: 'try 2' },
    ]);
  });

  it('goes up a ramp and stops at the step in which a row fails', async () => {
    await colony.start(worker());
    const ids = await fail(10);
    const fourth = (await store.read())[3]!.facts['n'];
    broken = ({ facts }) => facts['n'] === fourth;
    const result = await replay(ids, { ramp: [1, 2, 3] });
    expect(result).toMatchObject({ stopped: 'step failed', left: 4 });
    expect(handled).toHaveLength(5);
    broken = () => false;
    const [record] = await unfinishedRuns(paths.replays);
    expect(await running(record!).run()).toMatchObject({ stopped: null, left: 0 });
    await until('all but the one are handled', () => handled.length === 9);
  });

  it('does not go on where a step is not decided in time', async () => {
    const daemon = await colony.start(worker());
    const ids = await fail(3);
    await daemon.stop();
    expect(await replay(ids, { ramp: [1], watchMs: 50 })).toMatchObject({ stopped: 'step undecided', left: 2 });
  });

  it('does not go on after an intent that was put back, because it may be refused again', async () => {
    const intents = [1, 2].map((n) => ({
      intent_file: `/gone/${n}.json`,
      content: '{}',
      error: 'x',
      daemon: 'router',
    }));
    writeFileSync(paths.failedSignals, intents.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const ids = (await store.read()).map(({ id }) => id);
    expect(await replay(ids, { ramp: [1] })).toMatchObject({ stopped: 'step undecided', left: 1 });
    const [record] = await unfinishedRuns(paths.replays);
    expect(await running(record!).run()).toMatchObject({ stopped: null, left: 0 });
  });

  it('is never faster than its rate', async () => {
    await colony.start(worker());
    const ids = await fail(200);
    broken = () => false;
    const { sendingMs } = await replay(ids, { rate: 200 });
    expect(sendingMs).toBeGreaterThan(950);
    expect(handled).toHaveLength(200);
  });

  it('goes on with the rest where it was interrupted, and sends nothing twice', async () => {
    await colony.start(worker());
    const ids = await fail(40);
    broken = () => false;
    const control = new AbortController();
    const record = await begun(ids, { rate: 100 });
    const first = await running(record, control.signal, { progress: (done) => done > 5 && control.abort() }).run();
    expect(first.stopped).toBe('interrupted');
    expect(first.left).toBeGreaterThan(0);
    const [unfinished] = await unfinishedRuns(paths.replays);
    const looks: number[] = [];
    const second = await running(unfinished!, idle.signal, { watching: (decided) => looks.push(decided) }).run();
    expect(looks.length).toBeGreaterThan(0);
    expect(first.rows.length + second.rows.length).toBe(40);
    await until('all are handled', () => handled.length === 40);
    expect(new Set(handled.map(({ n }) => n)).size).toBe(40);
    expect(await store.read()).toEqual([]);
  });

  it('repairs what a run that was killed left between the journal and the file', async () => {
    await colony.start(worker());
    const ids = await fail(3);
    broken = () => false;
    const record = await begun(ids);
    // One was reopened and noted, one reopened and not noted.
    await colony.bus.reopen(Number(ids[0]));
    await record.note([{ id: ids[0]! }]);
    await colony.bus.reopen(Number(ids[1]));
    await until('both are handled', () => handled.length === 2);
    const { rows } = await running(record).run();
    expect(rows.map(({ became }) => became)).toEqual(['sent', 'settled', 'handled']);
    expect(handled).toHaveLength(3);
    expect(await store.read()).toEqual([]);
  });

  it('is given up without a trace of what it has not sent, and says nothing a second time that was said', async () => {
    await colony.start(worker());
    broken = () => false;
    const rowOf = (n: number) => ({
      signal: { signal: 'Q_A', facts: { n }, source: 'peer', ts: 1.5 },
      ...{ error: 'x', timestamp: '2025-11-20T10:00:00', daemon: 'worker', traceback: '' },
    });
    writeFileSync(paths.failedSignals, [1, 2, 3].map((n) => `${JSON.stringify(rowOf(n))}\n`).join(''));
    const letters = await store.read();
    const record = await begun(letters.map(({ id }) => id));
    // Killed: the first was said and not noted, the second announced and not said.
    const anew = letters.slice(0, 2).map((letter) => ({ id: letter.id, signal: signalAnew(letter, record.header)! }));
    await record.announce(anew.map(({ id, signal }) => ({ id, newId: signal.id })));
    await colony.bus.emit([anew[0]!.signal]);
    const given = await running(record).abandon();
    expect(given).toMatchObject({ stopped: 'abandoned', left: 2, rows: [{ id: letters[0]!.id, became: 'sent' }] });
    expect((await store.read()).map(({ id }) => id)).toEqual(letters.slice(1).map(({ id }) => id));
    expect(await unfinishedRuns(paths.replays)).toEqual([]);
  });

  it('says of rows that left the queue before their turn that they are gone, and how', async () => {
    writeFileSync(paths.failedSignals, `${JSON.stringify({ signal: 'Q_A', error: 'x', daemon: 'worker' })}\n`);
    const [letter] = await store.read();
    await softDelete(store, [letter!.id], { reason: null, nowMs: Date.now() });
    expect(await replay([letter!.id, 'never'])).toMatchObject({
      left: 0,
      rows: [
        { id: letter!.id, daemon: 'worker', became: 'gone', detail: 'it left the queue before: deleted' },
        { id: 'never', became: 'gone' },
      ],
    });
  });

  it('says a broadcast signal anew, to all who hear it, with the old one as its cause', async () => {
    await colony.start(worker());
    await colony.start(worker('other'));
    const ids = await fail(1);
    const old = (await store.read())[0]!.signalId;
    broken = () => false;
    await replay(ids, { broadcast: true });
    await until('both heard it', () => handled.length === 3);
    const all = await colony.bus.browse({ signals: ['Q_A'] });
    expect(all.map(({ signal }) => signal.cause_id)).toEqual([null, old]);
    expect(await colony.bus.deadLetters(0)).toEqual([]);
    expect(await store.read()).toEqual([]);
  });

  it('says foreign rows anew where they hold a whole signal, raw strings too, and leaves the others', async () => {
    await colony.start(worker());
    broken = () => false;
    const signal = { signal: 'Q_A', facts: { n: 7 }, source: 'peer', ts: 1.5 };
    const rows = [
      { signal, error: 'KeyError: x', timestamp: '2025-11-20T10:00:00', daemon: 'worker', traceback: '' },
      { signal: JSON.stringify({ ...signal, facts: { n: 8 } }), error: 'x', timestamp: 1, daemon: 'worker' },
      { signal: 'Q_A', error: 'only its name', timestamp: 1, daemon: 'worker' },
      { intent_file: '/gone.json', error: 'only its path', timestamp: 1, daemon: 'router' },
    ];
    writeFileSync(paths.failedSignals, [...rows.map((row) => JSON.stringify(row)), 'no json', ''].join('\n'));
    const ids = (await store.read()).map(({ id }) => id);
    const result = await replay(ids);
    expect(result.rows.map(({ became }) => became)).toEqual(['handled', 'handled', 'not sent', 'not sent', 'not sent']);
    expect(handled.map(({ n }) => n).sort()).toEqual([7, 8]);
    expect((await store.read()).map(({ error }) => error)).toEqual([
      'only its name',
      'only its path',
      'Unreadable: the line is not a JSON object',
    ]);
  });

  it('counts the replays of a foreign row that fails each time, so that it comes into quarantine', async () => {
    await colony.start(worker());
    const signal = { signal: 'Q_A', facts: { n: 7 }, source: 'peer', ts: 1.5 };
    const row = { signal, error: 'KeyError: x', timestamp: 1, daemon: 'their_worker', traceback: '' };
    writeFileSync(paths.failedSignals, `${JSON.stringify(row)}\n`);
    for (const times of [1, 2, 3]) {
      const [letter] = await store.read();
      await replay([letter!.id], { reason: `try ${times}` });
      await until('it is back', async () => {
        const letters = await store.read();
        return letters.length === 1 && letters[0]!.replay === times;
      });
    }
    const [letter] = await store.read();
    expect(letter!.history.map(({ error, reason }) => `${reason}: ${error}`)).toEqual([
      'try 1: KeyError: x',
      'try 2: BROKEN: cannot do 7',
      'try 3: BROKEN: cannot do 7',
    ]);
    expect(isQuarantined(letter!, 3)).toBe(true);
  });

  it('puts a refused intent back into its folder, from quarantine or from the row, and counts the replays', async () => {
    mkdirSync(paths.intents, { recursive: true });
    await colony.start(intentRouter);
    const content = '{"type":"nobody.routes.this","id":"x","data":{}}';
    writeFileSync(join(paths.intents, 'a.json'), content);
    const ids = await openIds(1);
    await until('it is in quarantine', () => readdirSync(paths.intents).length === 0);
    const { rows } = await replay(ids);
    expect(rows).toMatchObject([{ became: 'sent', detail: join(paths.intents, 'a.json') }]);
    await until('it is back', async () => (await store.read()).some(({ replay: times }) => times === 1));
    expect((await store.read()).map(({ history }) => history.length)).toEqual([1]);
    await until('it is in quarantine again', () => readdirSync(paths.intents).length === 0);
    expect(readdirSync(paths.quarantine).filter((name) => !name.endsWith('.why.json'))).toHaveLength(1);
  });

  it('counts the replays of a dead letter that its handler wrote itself', async () => {
    await colony.start(
      defineDaemon({
        name: 'writer',
        purpose: 'test',
        hears: ['Q_A'],
        says: [],
        from: 'beginning',
        handle: ({ id }) => ({ deadLetters: [{ error: 'Kept: as a letter', traceback: '', key: `kept:${id}` }] }),
      }),
    );
    const ids = await fail(1);
    expect((await replay(ids)).rows).toMatchObject([{ became: 'failed again' }]);
    await until('it is back', async () => (await store.read()).some(({ replay: times }) => times === 1));
  });
});

describe('an edited dead letter', () => {
  const origins = [COLONY, OPERATOR, peer('stranger', 'act')];
  it.each(origins)('is said as a new signal from where the old came, its cause, and is resolved: %j', async (from) => {
    await colony.start(worker());
    await fail(1, from);
    const [letter] = await store.read();
    broken = () => false;
    const signal = editedSignal(letter!, { n: 5 }, Date.now());
    await sendEdited(letter!, signal, { bus: colony.bus, store, clock: systemClock, reason: 'typo' });
    await until('it is handled', () => handled.length === 1);
    expect(handled).toEqual([{ by: 'worker', n: 5 }]);
    expect(signal).toMatchObject({ cause_id: letter!.signalId, source: 'operator' });
    expect((await colony.bus.find(signal.id))?.from).toEqual(from);
    expect(await colony.bus.deadLetters(0)).toEqual([]);
    expect(await store.read()).toEqual([]);
    expect((await all(store.archivedLetters()))[0]).toMatchObject({
      resolution: { kind: 'edited', newId: signal.id, reason: 'typo' },
    });
  });

  it('is one signal where a crash made it be said twice', async () => {
    await colony.start(worker());
    await fail(1);
    const [letter] = await store.read();
    const [first, second] = [editedSignal(letter!, { n: 5 }, 1_000), editedSignal(letter!, { n: 5 }, 2_000)];
    await colony.bus.emit([first]);
    await colony.bus.emit([second]);
    expect(await colony.bus.browse({ signals: ['Q_A'] })).toHaveLength(2);
  });

  it('is refused where facts of a known signal are wrong', () => {
    const line = Buffer.from(JSON.stringify({ signal: signalOf('Q_DREAM_TRIGGER', {}), error: 'x', daemon: 'y' }));
    const letter = letterOf(line);
    expect(() => editedSignal(letter, { reason: 5 }, 0)).toThrow(expect.objectContaining({ code: 'INVALID_FACTS' }));
  });
});

describe('a plan', () => {
  it('sees that a row was dealt with in the meantime', async () => {
    const daemon = await colony.start(worker());
    await fail(1);
    const letters = await store.read();
    broken = () => false;
    expect(await planReplay(letters, colony.bus, false)).toMatchObject([{ way: 'reopen' }]);
    await colony.bus.reopen(Number(letters[0]!.id));
    await until('it is handled', () => handled.length === 1);
    expect(await planReplay(letters, colony.bus, false)).toMatchObject([{ way: 'settled' }]);
    await daemon.stop();
    expect(readFileSync(paths.failedSignals, 'utf8').split('\n')).toHaveLength(2);
  });
});
