import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  truncateSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/lib/base/clock.js';
import { planOf } from '../../../src/lib/recording/plan.js';
import { play, type PlayPace, type PlayQuery } from '../../../src/lib/recording/play.js';
import { readRecording } from '../../../src/lib/recording/read.js';
import { pastOf, record } from '../../../src/lib/recording/record.js';
import { surveyRecording } from '../../../src/lib/recording/survey.js';
import { RecordingWriter } from '../../../src/lib/recording/write.js';
import type { Signal } from '../../../src/lib/signals/envelope.js';
import { WrittenJournal } from '../../helpers/written-journal.js';

const START_MS = 1_700_000_000_000;
const opening = {
  recorded_at: '2026-01-01T00:00:00.000Z',
  by: 'test',
  home: '/h',
  patterns: [],
  range: null,
  reason: null,
};
const everything = {
  ...{ matches: (_name: string) => true, filter: () => true, count: Infinity },
  abort: new AbortController().signal,
};
const clock: Clock = { nowMs: () => START_MS + 1_000_000, monotonicMs: () => 0 };

let folder: string;
let journal: WrittenJournal;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kloros-recording-'));
  journal = new WrittenJournal();
  const cause = journal.write({ id: 'a', name: 'Q_DREAM_TRIGGER', facts: { reason: 'r' }, atMs: START_MS });
  // The clock of its publisher is a day ahead.
  journal.write({ id: 'b', name: 'HEARTBEAT', atMs: START_MS + 86_400_000, receivedAtMs: START_MS + 1_000 });
  journal.write({ id: 'c', name: 'Q_DREAM_STEP', atMs: START_MS + 2_000, cause });
});
afterEach(() => rmSync(folder, { recursive: true }));

const range = { sinceMs: START_MS, untilMs: START_MS + 60_000 };

async function recorded(
  name: string,
  { maxBytes = 1_000_000, ...query }: Partial<typeof everything & { maxBytes: number; isFinite: boolean }> = {},
) {
  const path = join(folder, name);
  const writer = await RecordingWriter.open(path, opening, { overwrite: false, maxBytes });
  return { path, footer: await record(pastOf(journal, range), writer, { ...everything, ...query }) };
}

const queryOf = (path: string, more: Partial<PlayQuery> = {}): PlayQuery => {
  return { path, matches: () => true, remap: new Map(), untilMs: Infinity, forReal: false, rootsOnly: false, ...more };
};

async function played(path: string, more?: Partial<PlayQuery>, pace = { rate: Infinity }): Promise<Signal[]> {
  const said: Signal[] = [];
  const bus = { emit: async (signals: readonly Signal[]) => void said.push(...signals) };
  const nextId = () => `new${said.length}`;
  await play(queryOf(path, more), pace, { bus, clock, nextId, played: () => undefined, abort: everything.abort });
  return said;
}

/** Plays with real time; `said` is told of each, and may abort. */
async function paced(path: string, pace: PlayPace, said: (stop: () => void) => void = () => undefined) {
  const stop = new AbortController();
  const monotonic: Clock = { ...clock, monotonicMs: () => performance.now() };
  const startMs = performance.now();
  const count = await play(queryOf(path), pace, {
    ...{ bus: { emit: async () => undefined }, clock: monotonic, nextId: () => 'new', abort: stop.signal },
    played: () => said(() => stop.abort()),
  });
  return { count, tookMs: performance.now() - startMs };
}

describe('the pace of playing', () => {
  it('holds no descriptor of a file whose signals could not be read to the end', async () => {
    const path = join(folder, 'torn.jsonl.gz');
    const writer = await RecordingWriter.open(path, opening, { overwrite: false, maxBytes: 1_000_000 });
    const stream = (async function* () {
      yield* await journal.browse({});
      throw new Error('the journal cannot be read');
    })();
    await expect(record(stream, writer, everything)).rejects.toThrow('cannot be read');
    const held = readdirSync('/proc/self/fd').map((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return ''; // Of the reading of the folder itself.
      }
    });
    expect(held).not.toContain(path);
  });

  it('is that of the recording, so many times faster', async () => {
    const { path } = await recorded('fast.jsonl');
    const { count, tookMs } = await paced(path, { rate: 50 });
    expect(count).toBe(3);
    expect(tookMs).toBeGreaterThanOrEqual(39); // Two seconds at fifty times; a timer may be a millisecond early.
  });

  it('ends in the middle of a rest where it is told to', async () => {
    const { path } = await recorded('slow.jsonl');
    expect(await paced(path, { rate: 0.001 }, (stop) => stop())).toMatchObject({ count: 1 });
  });

  it('is that of who is asked before each, until they have seen enough', async () => {
    const { path } = await recorded('step.jsonl');
    const asked: string[] = [];
    const step = async ({ signal }: Signal) => asked.push(signal) < 3;
    expect(await paced(path, { rate: 1, step })).toMatchObject({ count: 2 });
    expect(asked).toEqual(['Q_DREAM_TRIGGER', 'HEARTBEAT', 'Q_DREAM_STEP']);
  });
});

describe('a recording', () => {
  it.each(['whole.jsonl', 'whole.jsonl.gz'])(
    '%s has a header, the schema of each name, the signals, and what was lost',
    async (name) => {
      const { path, footer } = await recorded(name);
      expect(footer).toMatchObject({ signals: 3, lost: { positions: 0, too_many: 0 }, ended: 'complete' });
      expect(await surveyRecording(path)).toMatchObject({
        ...{ header: { by: 'test' }, footer, signals: 3, bad: 0, firstMs: START_MS, lastMs: START_MS + 2_000 },
        bySignal: { Q_DREAM_TRIGGER: 1, HEARTBEAT: 1, Q_DREAM_STEP: 1 },
      });
    },
  );

  it('carries the schema of the facts, and none of a foreign name', async () => {
    const { path } = await recorded('schema.jsonl');
    const lines = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ type }) => type).join(' ')).toBe('header schema signal schema signal schema signal footer');
    expect(lines[1]).toMatchObject({ signal: 'Q_DREAM_TRIGGER', facts: { type: 'object' } });
    expect(lines[3]).toMatchObject({ signal: 'HEARTBEAT', facts: null });
  });

  it.each(['torn.jsonl', 'torn.jsonl.gz'])('%s is read as far as it goes, and known to be torn', async (name) => {
    const { path } = await recorded(name);
    truncateSync(path, Math.floor(statSync(path).size * 0.8));
    const { footer, signals } = await surveyRecording(path);
    expect({ footer, isRead: signals >= 1 }).toEqual({ footer: null, isRead: true });
  });

  it('sets a line aside that is longer than any that is recorded, and reads those behind it', async () => {
    const { path } = await recorded('long.jsonl');
    const [header = '', ...rest] = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, [header, 'x'.repeat(17 * 1024 * 1024), ...rest].join('\n'));
    const kinds: string[] = [];
    for await (const part of readRecording(path)) kinds.push(part.kind === 'bad' ? part.why : part.kind);
    expect(kinds[1]).toBe('it has 17825792 bytes, more than the 16777216 of any line');
    expect(kinds.at(-1)).toBe('footer');
  });

  it('counts positions that are not there any more, also between those that are not meant', async () => {
    journal.rows[2]!.seq = 9;
    const { footer } = await recorded('holes.jsonl', { matches: (name) => name === 'Q_DREAM_STEP' });
    expect(footer).toMatchObject({ signals: 1, lost: { positions: 6 } });
  });

  it('stops where it is full, and says so', async () => {
    const { footer } = await recorded('full.jsonl', { maxBytes: 10 });
    expect(footer).toMatchObject({ signals: 0, lost: { too_many: 1 }, ended: 'full' });
    const all = await recorded('full-of-the-past.jsonl', { maxBytes: 10, isFinite: true });
    expect(all.footer).toMatchObject({ signals: 0, lost: { too_many: 3 }, ended: 'full' });
  });

  it('ends whole where it is interrupted', async () => {
    const { path, footer } = await recorded('interrupted.jsonl', { abort: AbortSignal.abort() });
    expect(footer.ended).toBe('interrupted');
    expect((await surveyRecording(path)).footer).not.toBeNull();
  });

  it('replaces no other unless it is told, and is none where its first line is none', async () => {
    await recorded('once.jsonl');
    await expect(recorded('once.jsonl')).rejects.toMatchObject({ code: 'RECORDING_EXISTS' });
    writeFileSync(join(folder, 'other.jsonl'), '{"a":1}\n');
    await expect(surveyRecording(join(folder, 'other.jsonl'))).rejects.toMatchObject({ code: 'INVALID_RECORDING' });
    writeFileSync(join(folder, 'other.jsonl.gz'), 'no gzip');
    await expect(surveyRecording(join(folder, 'other.jsonl.gz'))).rejects.toMatchObject({ code: 'INVALID_RECORDING' });
    await expect(surveyRecording(join(folder, 'none.jsonl'))).rejects.toMatchObject({ code: 'RECORDING_NOT_FOUND' });
  });

  it('survives a line that a hand spoiled', async () => {
    const { path } = await recorded('edited.jsonl');
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, [...lines.slice(0, 2), 'nonsense', ...lines.slice(2)].join('\n'));
    expect(await surveyRecording(path)).toMatchObject({ signals: 3, bad: 1 });
  });
});

describe('playing a recording', () => {
  it('says what no daemon hears, with what it was, new ids and the chain led over', async () => {
    const { path } = await recorded('play.jsonl.gz');
    const said = await played(path);
    expect(said.map(({ signal, id, cause_id, trace }) => [signal, id, cause_id, trace])).toEqual([
      ['REPLAY.Q_DREAM_TRIGGER', 'new0', null, 'new0'],
      ['REPLAY.HEARTBEAT', 'new1', null, 'new1'],
      ['REPLAY.Q_DREAM_STEP', 'new2', 'new0', 'new0'],
    ]);
    expect(said[0]).toMatchObject({ source: 'test', facts: { reason: 'r', replay_of: { id: 'a', source: 'test' } } });
  });

  it('says for real under its own name, and only the roots where the colony makes the rest', async () => {
    const { path } = await recorded('real.jsonl');
    const said = await played(path, { forReal: true, rootsOnly: true, remap: new Map([['HEARTBEAT', 'PULSE']]) });
    expect(said.map(({ signal, source, facts }) => [signal, source, facts])).toEqual([
      ['Q_DREAM_TRIGGER', 'operator', { reason: 'r' }],
      ['PULSE', 'operator', {}],
    ]);
  });

  it('ends where it is told, and can be narrowed', async () => {
    const { path } = await recorded('until.jsonl');
    expect(await played(path, { untilMs: START_MS + 1_000, matches: (name) => name !== 'HEARTBEAT' })).toHaveLength(1);
  });

  it('tells first what it will say and who will act on it', async () => {
    const { path } = await recorded('plan.jsonl');
    const hearersOf = async (names: readonly string[]) => (names.includes('Q_DREAM_STEP') ? [{ name: 'dreamer' }] : []);
    expect(await planOf(queryOf(path), hearersOf)).toMatchObject({ total: 3, hearers: [] });
    expect(await planOf(queryOf(path, { forReal: true }), hearersOf)).toMatchObject({ hearers: ['dreamer'] });
  });
});
