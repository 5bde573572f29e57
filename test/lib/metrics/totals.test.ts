import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countedTotals } from '../../../src/lib/metrics/totals.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kloros-totals-'));
  path = join(folder, 'run', 'totals.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A journal of these names, of which the first have been removed. */
const journal = (names: readonly string[], removed = 0) => ({
  countsAfter: (afterSeq: number) => {
    const rows = names.slice(Math.max(removed, afterSeq));
    const bySignal = new Map<string, number>();
    for (const name of rows) bySignal.set(name, (bySignal.get(name) ?? 0) + 1);
    return { newest: names.length, bySignal };
  },
});

describe('the counts of signals', () => {
  it('do not fall when the journal forgets', async () => {
    expect(await countedTotals(path, journal(['A', 'B', 'A']))).toEqual(
      new Map([
        ['A', 2],
        ['B', 1],
      ]),
    );
    expect(await countedTotals(path, journal(['A', 'B', 'A', 'A'], 3))).toEqual(
      new Map([
        ['A', 3],
        ['B', 1],
      ]),
    );
    expect(await countedTotals(path, journal(['A', 'B', 'A', 'A'], 4))).toEqual(
      new Map([
        ['A', 3],
        ['B', 1],
      ]),
    );
  });

  it('begin anew with another journal, and where their file was spoilt', async () => {
    await countedTotals(path, journal(['A', 'B', 'A']));
    expect(await countedTotals(path, journal(['C']))).toEqual(new Map([['C', 1]]));
    writeFileSync(path, '{"upToSeq": 1, "by');
    expect(await countedTotals(path, journal(['C', 'C']))).toEqual(new Map([['C', 2]]));
  });

  it('are not written where nothing was said', async () => {
    await countedTotals(path, journal(['A']));
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, `${before} `);
    await countedTotals(path, journal(['A']));
    expect(readFileSync(path, 'utf8')).toBe(`${before} `);
  });
});
