import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/base/clock.js';
import type { DeadLetter } from '../../../src/lib/bus/bus.js';
import { saidAnew, wholeSignalOf } from '../../../src/lib/dead-letter/anew.js';
import { softDelete } from '../../../src/lib/dead-letter/clean-up.js';
import { DeadLetterProjection } from '../../../src/lib/dead-letter/projection.js';
import { DeadLetterStore } from '../../../src/lib/dead-letter/store.js';
import { decodeFrame } from '../../../src/lib/signals/codec.js';
import { keepFrame, signalText } from '../../../src/lib/signals/kept-frame.js';
import { signalOf } from '../../helpers/signals.js';
import { all } from '../../helpers/all.js';

let home: string;
let paths: { failedSignals: string; failedSignalsArchive: string; replays: string };
let store: DeadLetterStore;
let letters: DeadLetter[];
let mark: number;
let canMark: boolean;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kloros-dlq-'));
  paths = {
    failedSignals: join(home, 'failed_signals.jsonl'),
    failedSignalsArchive: join(home, 'failed_signals.archive.jsonl'),
    replays: join(home, 'replays'),
  };
  store = new DeadLetterStore(paths, systemClock);
  [letters, mark, canMark] = [[], 0, true];
});
afterEach(() => rmSync(home, { recursive: true }));

const letter = (number: number, key = `key${number}`, more: Partial<DeadLetter> = {}): DeadLetter => ({
  ...{ number, key, daemon: 'worker', error: `Error: ${number}`, traceback: '', attempts: 1, deaths: 0, replay: 0 },
  ...{ firstFailedAtMs: number, lastFailedAtMs: number, ...more },
});

/** A process of its own each time: it knows nothing but the files and the mark. */
function project(): Promise<void> {
  const source = {
    deadLetters: async (after: number) => letters.filter(({ number }) => number > after).slice(0, 3),
    projected: () => mark,
    markProjected: async (number: number) => {
      if (!canMark) throw new Error('killed before the mark');
      mark = number;
    },
  };
  return new DeadLetterProjection(source, { paths, clock: systemClock }).run();
}

const open = async () => (await store.read()).map(({ id }) => id);
const prune = (...ids: string[]) => softDelete(store, ids, { reason: null, nowMs: Date.now() });

describe('the projection of dead letters', () => {
  it('writes each once, in the order of their numbers', async () => {
    letters = [1, 2, 3, 4, 5, 6, 7].map((number) => letter(number));
    await project();
    await project();
    expect(await open()).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    expect(mark).toBe(7);
  });

  it('puts large content into a file of its own, which the row names, and which goes with the letter', async () => {
    const content = 'x'.repeat(100_000);
    letters = [letter(1, 'a', { content, intentFile: 'a.json' }), letter(2, 'b', { content }), letter(3)];
    await project();
    const files = () => readdirSync(join(home, 'dead_letters'));
    expect(readFileSync(paths.failedSignals).length).toBeLessThan(3_000);
    expect(files()).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    const [first] = await store.read();
    expect((await store.whole(first!)).content).toBe(content);
    await prune('1');
    await store.restore(() => true);
    await prune('1', '3');
    await store.remove(() => true);
    expect(files()).toHaveLength(1); // The second letter has it still.
    await prune('2');
    await store.remove(() => true);
    expect(files()).toEqual([]);
  });

  it('says that the content of a letter is gone where its file is, and lists it all the same', async () => {
    letters = [letter(1, 'a', { content: 'x'.repeat(100_000) })];
    await project();
    rmSync(join(home, 'dead_letters'), { recursive: true });
    const [only] = await store.read();
    await expect(store.whole(only!)).rejects.toMatchObject({ code: 'CONTENT_MISSING' });
  });

  it('hides nobody behind a letter that cannot be written', async () => {
    const endless: Record<string, unknown> = {};
    endless['self'] = endless;
    letters = [letter(1, 'a', { signal: signalOf('Q_A', endless) }), letter(2)];
    await project();
    const [first, second] = await store.read();
    expect(first?.error).toMatch(/^its content cannot be written .*Error: 1$/s);
    expect(second?.id).toBe('2');
  });

  it('writes a signal as it came, with fields that nobody here knows and numbers of any length', async () => {
    const frame = '{"signal":"Q_A","facts":{"n":12345678901234567891,"x":1.50},"zone":{"id":18446744073709551615}}';
    const signal = keepFrame(decodeFrame('Q_A', Buffer.from(frame), { id: 'ID', receivedAtMs: 1 }), frame);
    letters = [letter(1, 'a', { signal })];
    await project();
    const [only] = await store.read();
    const again = signalText(saidAnew(wholeSignalOf(only!)!, { key: 'again', idAtMs: 1, nowMs: 1 }));
    for (const text of [only!.line.toString(), again]) {
      expect(text).toContain('"facts":{"n":12345678901234567891,"x":1.50}');
      expect(text).toContain('"zone":{"id":18446744073709551615}');
    }
  });

  it('repeats nothing after a crash between the append and the mark', async () => {
    letters = [letter(1), letter(2)];
    canMark = false;
    await expect(project()).rejects.toThrow('killed');
    canMark = true;
    letters.push(letter(3));
    await project();
    expect(await open()).toEqual(['1', '2', '3']);
  });

  it('appends nothing again that left for the archive, not even after such a crash', async () => {
    letters = [letter(1), letter(2), letter(3)];
    canMark = false;
    await expect(project()).rejects.toThrow('killed');
    await prune('2', '3');
    canMark = true;
    await project();
    expect(await open()).toEqual(['1']);
  });

  it('goes on where it was when the highest rows have left', async () => {
    letters = [letter(1), letter(2)];
    await project();
    await prune('1', '2');
    letters.push(letter(3));
    await project();
    expect(await open()).toEqual(['3']);
  });

  it('puts a new failure of the same in the place of the earlier one', async () => {
    letters = [letter(1, 'same'), letter(2, 'other')];
    await project();
    letters = [letter(2, 'other'), letter(3, 'same')];
    await project();
    expect(await open()).toEqual(['2', '3']);
    const [, again] = await store.read();
    expect(again!.history).toMatchObject([{ error: 'Error: 1', replayed_at: null }]);
    expect((await all(store.archivedLetters())).map(({ resolution }) => resolution.kind)).toEqual(['superseded']);
  });

  it('tells daemons apart that failed at the same', async () => {
    letters = [letter(1, 'same'), letter(2, 'same', { daemon: 'other' })];
    await project();
    expect(await open()).toEqual(['1', '2']);
  });

  it('writes behind lines of foreign programs, a torn one included', async () => {
    appendFileSync(paths.failedSignals, 'not json\n{"torn');
    letters = [letter(1)];
    await project();
    expect((await store.read()).map(({ shape }) => shape)).toEqual(['unreadable', 'unreadable', 'kloros']);
    expect(readFileSync(paths.failedSignals, 'utf8').startsWith('not json\n{"torn\n{')).toBe(true);
  });
});
