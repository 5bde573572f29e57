import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/base/clock.js';
import { restorable, softDelete } from '../../../src/lib/dead-letter/clean-up.js';
import { LinePages } from '../../../src/lib/dead-letter/lines.js';
import { rewriteLines } from '../../../src/lib/dead-letter/rewrite.js';
import { DeadLetterStore } from '../../../src/lib/dead-letter/store.js';
import { all } from '../../helpers/all.js';

const MIB = 1 << 20;
/** More than any line of ours has. */
const TOO_LONG_BYTES = 17 * MIB;
let home: string;
let paths: { failedSignals: string; failedSignalsArchive: string };
let store: DeadLetterStore;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kloros-bounded-'));
  paths = {
    failedSignals: join(home, 'failed_signals.jsonl'),
    failedSignalsArchive: join(home, 'failed_signals.archive.jsonl'),
  };
  store = new DeadLetterStore(paths, systemClock);
});
afterEach(() => rmSync(home, { recursive: true }));

const row = (n: number, pad = '') =>
  JSON.stringify({ signal: { signal: 'Q_A', facts: { n, pad } }, error: 'boom', daemon: 'peer' });
const prune = (ids: readonly string[]) => softDelete(store, ids, { reason: null, nowMs: Date.now() });

describe('rewriting and reading a long dead letter queue', () => {
  it('is written in pages of at most a MiB, whatever the length of its lines, and each byte of them arrives', async () => {
    const lengths = [1, 700_000, 400_000, MIB - 1, MIB, 3 * MIB, 5];
    const lines = lengths.map((length) => Buffer.alloc(length, randomBytes(1).toString('hex')));
    const pages: Buffer[] = [];
    const writer = new LinePages(async (page) => void pages.push(Buffer.from(page)));
    for (const line of lines) await writer.add(line);
    await writer.flush();
    expect(Buffer.concat(pages).equals(Buffer.from(lines.map((line) => `${line.toString()}\n`).join('')))).toBe(true);
    const several = pages.filter((page) => page.subarray(0, -1).includes(0x0a));
    expect(several.length).toBeGreaterThan(0);
    for (const page of several) expect(page.length).toBeLessThanOrEqual(MIB);
  });

  it('is read one letter at a time: what comes next is not read before it is asked for', async () => {
    const file = openSync(paths.failedSignals, 'w');
    for (let n = 0; n < 64; n += 1) writeSync(file, `${row(n, 'x'.repeat(MIB))}\n`);
    closeSync(file);
    const before = process.memoryUsage().arrayBuffers;
    const letters = store.letters();
    expect((await letters.next()).value).toMatchObject({ facts: { n: 0 } });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * MIB);
    await letters.return(undefined);
  });

  it('shows a line that is longer than any of ours by its beginning, and leaves it where it is', async () => {
    writeFileSync(paths.failedSignals, `${row(1)}\n${'{'.repeat(TOO_LONG_BYTES)}\n${row(2)}\n`);
    const letters = await store.read();
    expect(letters.map(({ shape }) => shape)).toEqual(['document', 'unreadable', 'document']);
    expect(letters[1]).toMatchObject({ error: expect.stringContaining(`it has ${TOO_LONG_BYTES} bytes`) as string });
    expect(letters[1]!.line.length).toBeLessThan(MIB);
    const ids = letters.map(({ id }) => id);
    expect(await prune(ids)).toEqual([ids[0], ids[2]]);
    expect(readFileSync(paths.failedSignals, 'utf8')).toBe(`${'{'.repeat(TOO_LONG_BYTES)}\n`);
  });

  it('keeps a row whose archive could not be read again', async () => {
    const quotes = '"'.repeat(5 * MIB);
    writeFileSync(paths.failedSignals, `${row(1, quotes)}\n`);
    const size = statSync(paths.failedSignals).size;
    expect(await prune((await store.read()).map(({ id }) => id))).toEqual([]);
    expect(statSync(paths.failedSignals).size).toBe(size);
  });

  it('loses no row where a rewrite is killed before what goes is kept', async () => {
    writeFileSync(paths.failedSignals, `${row(1)}\n${row(2)}\n`);
    const before = readFileSync(paths.failedSignals);
    const killed = rewriteLines(paths.failedSignals, {
      stays: () => false,
      settle: () => Promise.reject(new Error('killed')),
    });
    await expect(killed).rejects.toThrow('killed');
    expect(readFileSync(paths.failedSignals)).toEqual(before);
    expect(await prune((await store.read()).map(({ id }) => id))).toHaveLength(2);
    expect(await all(restorable(store))).toHaveLength(2);
  });
});
