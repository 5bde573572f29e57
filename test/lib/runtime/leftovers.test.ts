import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { draftOf } from '../../../src/lib/base/drafts.js';
import { Leftovers } from '../../../src/lib/runtime/leftovers.js';
import { silentLog, until } from '../../helpers/colony.js';
import { removeTemporaryFolders, temporaryFolder } from '../../helpers/temporary-folders.js';

const WRITER = fileURLToPath(new URL('../../helpers/writer-worker.ts', import.meta.url));
const WRITERS = 4;
const FILLER_BYTES = 50_000;
const MINUTE_MS = 60_000;

describe('what killed writers left in a home', () => {
  let home: string;
  let nowMs: number;
  let leftovers: Leftovers;
  beforeEach(() => {
    home = temporaryFolder();
    for (const folder of ['run/figures', 'evidence', 'dream_lab/cycle'])
      mkdirSync(join(home, folder), { recursive: true });
    nowMs = 0;
    const config = { home, capabilitiesPath: join(home, 'capabilities.yaml'), deployRoot: join(home, 'deployed') };
    leftovers = new Leftovers({ config, clock: { monotonicMs: () => nowMs }, log: silentLog });
  });
  afterAll(removeTemporaryFolders);

  const put = (...names: string[]) => names.forEach((name) => writeFileSync(join(home, name), ''));
  const files = () =>
    readdirSync(home, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
  const sweepAfter = async (minutes: number) => {
    await leftovers.sweep();
    nowMs += minutes * MINUTE_MS;
    await leftovers.sweep();
  };

  /** Kills them in the middle of a write: each is stopped until a look shows its draft. */
  async function killWriters(folder: string): Promise<void> {
    const args = (writer: number) => [folder, `w${writer}`, String(FILLER_BYTES)];
    const options = { execArgv: ['--import', 'tsx'] };
    const writers = Array.from({ length: WRITERS }, (_, writer) => fork(WRITER, args(writer), options));
    const exits = writers.map((writer) => once(writer, 'exit'));
    await Promise.all(writers.map((writer) => once(writer, 'message')));
    for (const writer of writers) {
      await until('it is stopped in the middle of a write', () => {
        writer.kill('SIGSTOP');
        const isWriting = readdirSync(folder).some((name) => name.includes(`-${writer.pid}-`));
        if (!isWriting) writer.kill('SIGCONT');
        return isWriting;
      });
      writer.kill('SIGKILL');
    }
    await Promise.all(exits);
  }

  it('is removed once it has lain still for minutes, and every good file stays', async () => {
    const folder = join(home, 'run', 'figures');
    await killWriters(folder);
    const drafts = () => readdirSync(folder).filter((name) => name.startsWith('.'));
    const good = readdirSync(folder).filter((name) => !name.startsWith('.'));
    expect(drafts()).not.toEqual([]);
    await sweepAfter(4);
    expect(drafts()).not.toEqual([]);
    await sweepAfter(5);
    expect(readdirSync(folder)).toEqual(good);
    for (const name of good) expect(JSON.parse(readFileSync(join(folder, name), 'utf8'))).toHaveProperty('turn');
  });

  it('is known by the names of older versions too, and by locks that nobody has', async () => {
    put(
      'run/figures/a.json.2349820392',
      'evidence/m.json.7',
      'dream_lab/cycle/result.json.42',
      'capabilities.yaml.lock',
    );
    await sweepAfter(6);
    expect(files()).toEqual([]);
  });

  it('is not what somebody still writes, has locked, or has named alike', async () => {
    const own = draftOf(join(home, 'failed_signals.jsonl'));
    const strangers = ['notes.json.123', 'dream_lab/cycle/out.json.42', 'my.lock', '.x.kloros-draft', 'a.json.tmp'];
    put(...strangers, 'run/figures/a.json.1');
    writeFileSync(own, '');
    const open = openSync(join(home, 'run/figures/a.json.1'), 'r');
    const before = files();
    await sweepAfter(600);
    expect(files()).toEqual(before);
    closeSync(open);
  });

  it('is watched anew where it has changed meanwhile', async () => {
    put('run/figures/a.json.1');
    await leftovers.sweep();
    writeFileSync(join(home, 'run/figures/a.json.1'), 'more');
    await sweepAfter(4);
    expect(files()).toEqual(['a.json.1']);
  });
});
