import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RunRecord, unfinishedRuns } from '../../../src/lib/dead-letter/run-record.js';

const HEADER = {
  run: 'r',
  startedAtMs: 0,
  reason: null,
  broadcast: false,
  rate: null,
  ramp: null,
  watchMs: 0,
  ids: [],
};

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'kloros-replays-'))));
afterEach(() => rmSync(folder, { recursive: true }));

it('lets one at a time work on a replay', async () => {
  const order: string[] = [];
  const work = (name: string) =>
    new RunRecord(folder, HEADER).alone(async () => {
      order.push(`${name} begins`);
      await new Promise(setImmediate);
      order.push(`${name} ends`);
    });
  await Promise.all([work('one'), work('other')]);
  const [first, second] = order[0] === 'one begins' ? ['one', 'other'] : ['other', 'one'];
  expect(order).toEqual([`${first} begins`, `${first} ends`, `${second} begins`, `${second} ends`]);
});

it('counts no replay that somebody works on twice', async () => {
  const record = new RunRecord(folder, HEADER);
  await record.begin();
  await record.alone(async () => expect(await unfinishedRuns(folder)).toHaveLength(1));
});
