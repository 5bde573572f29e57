import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { followLines, lastLines, linesSince } from '../../../src/lib/keeping/log-tail.js';
import { LogFiles } from '../../../src/lib/supervise/log-files.js';

const line = (time: number, msg: string) => JSON.stringify({ time, msg });

describe('the tail of log files', () => {
  let folder: string;
  let files: LogFiles;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kloros-tail-'));
    files = new LogFiles({ folder, maxBytes: 60, keep: 5 });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is in order of time over all daemons and the files that were set aside', () => {
    for (const time of [10, 30, 50]) files.write('hub', line(time, 'from the hub'));
    for (const time of [20, 40]) files.write('router', line(time, 'from the router'));
    files.write('router', '    at a crash');
    expect(lastLines(folder, ['hub', 'router'], 4).map(({ daemon, atMs }) => [daemon, atMs])).toEqual([
      ['hub', 30],
      ['router', 40],
      ['router', 40],
      ['hub', 50],
    ]);
    expect(lastLines(folder, ['nobody'], 4)).toEqual([]);
  });

  it('is everything since a time, from the files that were set aside too', () => {
    for (const time of [10, 30, 50]) files.write('hub', line(time, 'from the hub'));
    for (const time of [20, 40]) files.write('router', line(time, 'from the router'));
    const times = (sinceMs: number) => linesSince(folder, ['hub', 'router'], sinceMs).map(({ atMs }) => atMs);
    expect(times(0)).toEqual([10, 20, 30, 40, 50]);
    expect(times(30)).toEqual([30, 40, 50]);
    expect(times(51)).toEqual([]);
  });

  it('hears everything that is said from now on, also while files are set aside', async () => {
    files.write('hub', line(1, 'before'));
    const abort = new AbortController();
    const heard: string[] = [];
    const following = followLines(folder, ['hub', 'router'], abort.signal);
    const first = following.next();
    files.write('router', line(2, 'a new file'));
    files.write('hub', line(3, 'the old file has this'));
    files.write('hub', line(4, 'and the next file this'));
    for (let next = await first; !next.done; next = await following.next()) {
      heard.push((JSON.parse(next.value.text) as { msg: string }).msg);
      if (heard.length === 3) abort.abort();
    }
    expect(heard).toEqual(['a new file', 'the old file has this', 'and the next file this']);
  });
});
