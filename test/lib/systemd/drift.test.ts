import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { driftOf } from '../../../src/lib/systemd/drift.js';
import { hashOf } from '../../../src/lib/systemd/record.js';

describe('what differs from an installation', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kloros-drift-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  interface Given {
    disk?: string;
    installed?: string;
    wanted?: string;
  }
  const drift = async ({ disk, installed, wanted }: Given) => {
    const path = join(folder, 'x.service');
    if (disk !== undefined) writeFileSync(path, disk);
    const found = await driftOf({
      wanted: new Map(wanted === undefined ? [] : [[path, wanted]]),
      installed: installed === undefined ? {} : { [path]: hashOf(installed) },
    });
    return found.map((file) => file.drift);
  };

  it.each<[string, Given]>([
    ['same', { disk: 'a', installed: 'a', wanted: 'a' }],
    ['same', { disk: 'a', wanted: 'a' }],
    ['new', { wanted: 'a' }],
    ['missing', { installed: 'a', wanted: 'a' }],
    ['edited', { disk: 'hand', installed: 'a', wanted: 'a' }],
    ['edited', { disk: 'hand', installed: 'a', wanted: 'b' }],
    ['outdated', { disk: 'a', installed: 'a', wanted: 'b' }],
    ['foreign', { disk: 'hand', wanted: 'a' }],
    ['stale', { disk: 'a', installed: 'a' }],
  ])('is %s for %j', async (expected, given) => {
    expect(await drift(given)).toEqual([expected]);
  });

  it('is nothing for a file that is neither wanted nor there', async () => {
    expect(await drift({ installed: 'a' })).toEqual([]);
  });
});
