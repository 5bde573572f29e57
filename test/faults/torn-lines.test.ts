import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync, type Dirent } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/base/clock.js';
import { errorCode } from '../../src/lib/base/errors.js';
import { withFileLock } from '../../src/lib/base/file-lock.js';
import { openUndoJournal } from '../../src/lib/capabilities/undo-journal.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import type { Config } from '../../src/lib/config/schema.js';
import { archiveLine } from '../../src/lib/dead-letter/archive.js';
import { letterOf } from '../../src/lib/dead-letter/letter.js';
import { DeadLetterStore } from '../../src/lib/dead-letter/store.js';
import { openInvestigationStore } from '../../src/lib/investigation/store.js';
import { campaign, printFigures, rounded, seededRandom, SEED } from '../helpers/figures.js';
import { Questions } from '../helpers/questions.js';
import { startSupervised, type Supervised } from '../helpers/supervised.js';

/** Rounds in which every file that is there is torn once. */
const ROUNDS = campaign('TORN_ROUNDS', { bounded: 3, full: 40 });
const ARCHIVED = letterOf(Buffer.from('{"error":"of old","daemon":"gone","timestamp":"2025-11-15T10:30:00Z"}'));

/** Writes an archive with one row, so that it is there to be torn. */
function writeArchive(config: Config): void {
  const { failedSignalsArchive } = pathsOf(config);
  mkdirSync(dirname(failedSignalsArchive), { recursive: true });
  const row = archiveLine(ARCHIVED, { kind: 'deleted', at: '2999-01-01T00:00:00.000Z', reason: null });
  writeFileSync(failedSignalsArchive, `${row.toString()}\n`);
}

/** Files of lines below a folder, which may be gone before it is looked into: locks are folders that come and go. */
function filesOfLines(folder: string): string[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesOfLines(path);
    return path.endsWith('.jsonl') ? [path] : [];
  });
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

const linesAt = (path: string) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');

const isRow = (line: string) => line.startsWith('{') && !line.startsWith('{"torn"');

describe('a last line that is torn, in every file of lines', () => {
  let world: Supervised;
  const fragments = new Map<string, string[]>();
  afterEach(() => world.end());

  const files = () => filesOfLines(world.config.home);

  /** What a writer leaves that dies in the middle of its line, unless the last one did: never the same twice. */
  async function tear(path: string): Promise<void> {
    await withFileLock(path, async () => {
      if (!readFileSync(path, 'utf8').endsWith('\n')) return;
      const whole = linesAt(path).findLast((line) => isRow(line)) ?? '{"row":"of","words":[]}';
      const known = fragments.get(path) ?? [];
      const fragment = `{"torn":${known.length},${whole.slice(1, Math.floor(whole.length / 2))}`;
      appendFileSync(path, fragment);
      fragments.set(path, [...known, fragment]);
    });
  }

  it('hides no other line, is hidden by none, and stays until somebody has seen it', async () => {
    world = await startSupervised({ prepare: writeArchive });
    const random = seededRandom(SEED);
    const startedMs = performance.now();
    const questions = new Questions(world);
    const flowMs = await questions.warmUp(2);
    for (let round = 0; round < ROUNDS; round += 1) {
      await questions.round(async () => {
        for (const path of files()) {
          await setTimeout((random() * flowMs) / files().length);
          await tear(path);
        }
      });
    }
    await questions.round();
    const paths = pathsOf(world.config);
    expect([...fragments.keys()]).toEqual(expect.arrayContaining([paths.investigations, paths.failedSignals]));
    await questions.expectExactlyOnce();

    const store = new DeadLetterStore(paths, systemClock);
    const torn = (path: string) => fragments.get(path) ?? [];
    const unreadable = (await store.read()).filter(({ shape }) => shape === 'unreadable');
    expect(unreadable.map(({ line }) => line.toString())).toEqual(torn(paths.failedSignals));
    const restored = await store.restore(() => true);
    const lines = (await store.read(({ id }) => restored.includes(id))).map(({ line }) => line);
    expect(lines).toEqual([ARCHIVED.line]);
    const investigations = openInvestigationStore(paths);
    expect((await investigations.figures()).badLines).toBe(torn(paths.investigations).length);
    investigations.close();
    const undoable = (await openUndoJournal(paths.backups).list()).filter(({ stage }) => stage === 'done');
    expect(undoable).toHaveLength(questions.modules);
    const byFile: Record<string, number> = {};
    for (const [path, known] of fragments) {
      // Each torn line stands by itself, and every other one is whole.
      const others = linesAt(path).filter((line) => !known.includes(line));
      expect(linesAt(path)).toHaveLength(others.length + known.length);
      for (const line of others) expect(() => JSON.parse(line) as unknown).not.toThrow();
      byFile[relative(world.config.home, path)] = known.length;
    }
    printFigures('torn-lines', {
      seed: SEED,
      torn: byFile,
      intents: questions.intents,
      signals: questions.signals,
      lost: 0,
      duplicated: 0,
      seconds: rounded((performance.now() - startedMs) / 1000),
    });
  });
});
