import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COLONY } from '../../../src/lib/signals/origin.js';
import { systemClock } from '../../../src/lib/base/clock.js';
import { openJournal, type Journal } from '../../../src/lib/bus/embedded/journal.js';
import { openHub, type OpenedHub } from '../../../src/lib/bus/embedded/open-hub.js';
import { SubjectIndexer } from '../../../src/lib/bus/embedded/subject-indexer.js';
import { rowOf } from '../../../src/lib/bus/embedded/rows.js';
import type { Observer } from '../../../src/lib/bus/observer.js';
import { openObserver } from '../../../src/lib/bus/open-observer.js';
import { pathsOf } from '../../../src/lib/config/paths.js';
import type { Config } from '../../../src/lib/config/schema.js';
import type { Signal } from '../../../src/lib/signals/envelope.js';
import { removeHome, silentLog, temporaryConfig, until } from '../../helpers/colony.js';
import { putOldJournal } from '../../helpers/old-journal.js';
import { signalOf } from '../../helpers/signals.js';

const NAMES_OF_VERSION_4 = [
  ['1_discover.module.audio.json', 'intent'],
  ['discover.module.audio', 'question'],
  ['audio', 'capability'],
  ['dream_20260131_120000', 'cycle'],
  ['mutation_42', 'deployment'],
] as const;

let config: Config;
let journal: Journal;
let observer: Observer | undefined;
beforeEach(async () => {
  config = await temporaryConfig();
});
afterEach(async () => {
  observer?.close();
  observer = undefined;
  await journal.close();
  removeHome(config);
});

async function open(): Promise<void> {
  journal = await openJournal(pathsOf(config).journal, silentLog);
}
const look = () => (observer ??= openObserver(config));
const asked = (name: string) => signalOf('Q_CURIOSITY_INVESTIGATE', { question_id: name });
const append = (...signals: Signal[]) =>
  journal.write({ kind: 'append', rows: signals.map((signal) => rowOf(signal, COLONY)) });
const indexed = () => journal.read.meta('indexed');

async function catchUp(log = silentLog): Promise<void> {
  const indexer = new SubjectIndexer(journal, log);
  indexer.tick();
  await until('all is written down', () => journal.unindexed() === undefined);
  await indexer.close();
}

function openHubHere(): Promise<OpenedHub> {
  return openHub({ config, clock: systemClock, log: silentLog, name: 'hub', ownPortOffsets: [] });
}

describe('names of subjects', () => {
  it('are found before they are written down and after, the newest chain first', async () => {
    await open();
    const [older, newer] = [asked('q.1'), asked('q.1')];
    await append(older, asked('q.10'), newer);
    const expected = [newer, older].map(({ trace }) => ({ kind: 'question', trace }));
    expect(look().chainsOf('q.1')).toEqual(expected);
    await catchUp();
    expect(indexed()).toBe(3);
    expect(look().chainsOf('q.1')).toEqual(expected);
    const last = asked('q.1');
    await append(last);
    expect(look().chainsOf('q.1')[0]?.trace).toBe(last.trace);
  });

  it('are written down by the hub, also those of a foreign peer', async () => {
    await open();
    const hub = await openHubHere();
    const frame = Buffer.from('{ "facts": { "cycle_id" : "dream_1" }, "trace": "T" }');
    const row = {
      id: 'A'.repeat(26),
      name: 'Q_DREAM_COMPLETE',
      trace: 'T',
      atMs: Date.now(),
      priority: 2,
      frame,
      from: COLONY,
      chain: COLONY,
    };
    await journal.write({
      kind: 'appendForeign',
      rows: [{ row, seen: { key: 'x', untilMs: 0 } }],
      nowMs: systemClock.nowMs(),
    });
    await until('the hub has written it down', () => indexed() === 1);
    await hub.close();
    expect(look().chainsOf('dream_1')).toEqual([{ kind: 'cycle', trace: 'T' }]);
  });

  it('are caught up with page by page, over holes, and a signal that cannot be read holds up nothing', async () => {
    await open();
    await append(...Array.from({ length: 700 }, (_, n) => asked(`q.${n}`)));
    await journal.write({ kind: 'resumeAbove', seq: 100_000 });
    const torn = { ...rowOf(asked('torn'), COLONY), frame: Buffer.from('{"facts":') };
    await journal.write({ kind: 'append', rows: [torn, rowOf(asked('last'), COLONY)] });
    const lines: string[] = [];
    await catchUp(pino({}, { write: (line: string) => void lines.push(line) }));
    expect(indexed()).toBe(100_002);
    for (const name of ['q.0', 'q.499', 'q.500', 'q.699', 'last']) expect(look().chainsOf(name)).toHaveLength(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('A signal in the journal cannot be read');
  });

  it('go with the signals that retention removes, also with one that goes while it is being written down', async () => {
    await open();
    await append(asked('q.1'), asked('q.2'));
    await catchUp();
    const late = { kind: 'question', name: 'q.1', seq: 1 } as const;
    await journal.write({ kind: 'retain', upToSeq: 1, beforeMs: null, limit: 10 });
    await journal.write({ kind: 'index', entries: [late], upToSeq: 2 });
    expect(look().chainsOf('q.1')).toEqual([]);
    expect(look().chainsOf('q.2')).toHaveLength(1);
  });

  it('of a name that every signal says are those of lately', async () => {
    await open();
    const signals = Array.from({ length: 600 }, () => asked('q.1'));
    await append(...signals);
    await catchUp();
    const chains = look().chainsOf('q.1');
    expect(chains).toHaveLength(500);
    expect(chains[0]?.trace).toBe(signals.at(-1)?.trace);
  });
});

describe('a journal that an earlier version wrote', () => {
  beforeEach(() => {
    putOldJournal(pathsOf(config).journal, 4);
  });

  it('is left as it is by who only looks, and says what brings it up to date', async () => {
    expect(() => look()).toThrow(expect.objectContaining({ code: 'JOURNAL_TOO_OLD' }));
    await open();
    expect(NAMES_OF_VERSION_4.map(([name]) => look().chainsOf(name))).toMatchObject(
      NAMES_OF_VERSION_4.map(([, kind]) => [{ kind }]),
    );
  });

  it('is brought up to date, and its names are written down beside its use', async () => {
    await open();
    expect(indexed()).toBe(0);
    await catchUp();
    expect(indexed()).toBe(6);
    for (const [name, kind] of NAMES_OF_VERSION_4) expect(look().chainsOf(name)).toMatchObject([{ kind }]);
    expect(journal.read.page({})).toHaveLength(6);
    expect(look().deadLetters(0)).toMatchObject([{ daemon: 'worker', signal: { signal: 'Q_MODULE_INTEGRATED' } }]);
  });
});
