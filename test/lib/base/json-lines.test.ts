import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendJsonLines, readJsonLines, type JsonLine } from '../../../src/lib/base/json-lines.js';
import { UnreadPlaces } from '../../../src/lib/base/unread.js';
import fc from '../../helpers/property.js';
import { makeSmallDisk, whyNoSmallDisk } from '../../helpers/small-disk.js';

const rows = fc.array(fc.jsonValue({ maxDepth: 2 }), { minLength: 1, maxLength: 5 });
const LONG_BYTES = 300 * 1024 * 1024;
/** As they come back from a file: -0 is 0 in JSON. */
const written = (values: readonly unknown[]) => JSON.parse(JSON.stringify(values)) as unknown[];

describe('lines of JSON', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'kloros-lines-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  let files = 0;
  const newPath = () => join(folder, `${files++}.jsonl`);
  async function read(path: string, fromOffset = 0): Promise<JsonLine[]> {
    const lines: JsonLine[] = [];
    for await (const line of readJsonLines(path, fromOffset)) lines.push(line);
    return lines;
  }

  it('come back as they were appended, each at its offset', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rows, { minLength: 1, maxLength: 3 }), async (batches) => {
        const path = newPath();
        const offsets: number[] = [];
        for (const batch of batches) offsets.push(await appendJsonLines(path, batch));
        const lines = await read(path);
        expect(lines.map(({ value }) => value)).toEqual(written(batches.flat()));
        for (const [index, offset] of offsets.entries()) {
          const [first] = await read(path, offset);
          expect(first?.value).toEqual(written(batches[index]!)[0]);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('that are torn at any byte hide no line before or after them, and stay in the file', async () => {
    await fc.assert(
      fc.asyncProperty(rows, rows, fc.nat(), async (before, after, cut) => {
        const path = newPath();
        await appendJsonLines(path, before);
        const whole = readFileSync(path);
        const kept = cut % whole.length;
        truncateSync(path, kept);
        await appendJsonLines(path, after);
        const text = readFileSync(path);
        expect(text.subarray(0, kept)).toEqual(whole.subarray(0, kept));
        const values = (await read(path)).flatMap(({ value, error }) => (error === undefined ? [value] : []));
        const complete = whole.subarray(0, kept).toString('latin1').split('\n').length - 1;
        expect(values.slice(0, complete)).toEqual(written(before).slice(0, complete));
        expect(values.slice(-after.length)).toEqual(written(after));
      }),
      { numRuns: 50 },
    );
  });

  it('of which the last is not whole say so', async () => {
    const path = newPath();
    await appendJsonLines(path, [{ a: 1 }, { b: 2 }]);
    truncateSync(path, readFileSync(path).length - 3);
    const lines = await read(path);
    expect(lines.map(({ complete, value }) => ({ complete, value }))).toEqual([
      { complete: true, value: { a: 1 } },
      { complete: false, value: undefined },
    ]);
  });

  it('that are longer than any of ours are told of and hide no other, and are not held in memory', async () => {
    const path = newPath();
    await appendJsonLines(path, [{ a: 1 }]);
    const at = readFileSync(path).length;
    truncateSync(path, at + LONG_BYTES); // Zeros without a newline, which take no room on the disk.
    await appendJsonLines(path, [{ b: 2 }]);
    const before = process.memoryUsage().rss;
    const lines = await read(path);
    expect(process.memoryUsage().rss - before).toBeLessThan(LONG_BYTES / 2);
    expect(lines.map(({ offset, length, value }) => ({ offset, length, value }))).toEqual([
      { offset: 0, length: at - 1, value: { a: 1 } },
      { offset: at, length: LONG_BYTES, value: undefined },
      { offset: at + LONG_BYTES + 1, length: 7, value: { b: 2 } },
    ]);
    expect(lines[1]?.error?.message).toContain(`it has ${LONG_BYTES} bytes`);
    expect(lines[1]?.text.length).toBeLessThan(2_000);
  });

  it.skipIf(whyNoSmallDisk())('of which a full disk takes a part leave nothing behind', async () => {
    const disk = makeSmallDisk(1);
    try {
      const path = join(disk.folder, 'rows.jsonl');
      await appendJsonLines(path, [{ a: 1 }]);
      disk.fill();
      await expect(appendJsonLines(path, [{ filler: 'x'.repeat(20_000) }])).rejects.toMatchObject({ code: 'ENOSPC' });
      expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n');
    } finally {
      disk.end();
    }
  });

  it('that are none are told by file, at once and each file once, to whoever watches', async () => {
    const path = newPath();
    writeFileSync(path, 'torn\n{"a":1}\ntorn too\nstill written');
    const first: string[] = [];
    const places = new UnreadPlaces((file) => first.push(file));
    await read(path);
    expect(places.sentences()).toEqual([]);
    places.watch();
    await read(path);
    await read(path, 5);
    places.dispose();
    await read(newPath());
    expect([first, places.sentences()]).toEqual([[path], [`2 lines of ${path} cannot be read and are left out`]]);
  });

  it('of a file that is not there are none', async () => {
    expect(await read(newPath())).toEqual([]);
  });
});
