import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogFiles, logFilesOf } from '../../../src/lib/supervise/log-files.js';

describe('log files', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'kloros-logs-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const names = () => logFilesOf(folder, 'router').map((file) => basename(file));
  const all = () => logFilesOf(folder, 'router').flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'));

  it('are one for each daemon, set aside when full, and so many of them are kept', () => {
    const files = new LogFiles({ folder, maxBytes: 12, keep: 2 });
    for (let line = 1; line <= 9; line += 1) files.write('router', `line ${line}`);
    files.write('hub', 'line 1');
    expect(names()).toEqual(['router.log.2', 'router.log.1', 'router.log']);
    expect(all()).toEqual(['line 7', 'line 8', 'line 9']);
  });

  it('go on where an earlier supervisor ended', () => {
    new LogFiles({ folder, maxBytes: 16, keep: 1 }).write('router', 'line 1');
    const files = new LogFiles({ folder, maxBytes: 16, keep: 1 });
    files.write('router', 'line 2');
    expect(names()).toEqual(['router.log']);
    files.write('router', 'line 3');
    expect(all()).toEqual(['line 1', 'line 2', 'line 3']);
  });

  it('take a line that is larger than a file, and cost nobody anything where they cannot be written', () => {
    const files = new LogFiles({ folder, maxBytes: 4, keep: 2 });
    files.write('router', 'a long line');
    expect(all()).toEqual(['a long line']);
    rmSync(folder, { recursive: true });
    expect(() => files.write('router', 'lost')).not.toThrow();
    mkdirSync(folder);
    files.write('router', 'next');
    expect(all()).toEqual(['[kloros] 1 line before this could not be written', 'next']);
  });
});
