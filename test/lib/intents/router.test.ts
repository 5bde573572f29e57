import {
  appendFileSync,
  closeSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Draft } from '../../../src/lib/bus/bus.js';
import { pathsOf } from '../../../src/lib/config/paths.js';
import { until } from '../../helpers/colony.js';
import {
  endRouter,
  questionIntent,
  startRouter,
  type RouterSettings,
  type RunningRouter,
} from '../../helpers/intent-router.js';

const running: RunningRouter[] = [];

async function start(settings?: RouterSettings): Promise<RunningRouter> {
  const router = await startRouter(settings);
  running.push(router);
  return router;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map(endRouter));
});

const ids = (signals: readonly Draft[]) => signals.map(({ facts }) => facts['question_id']);
/** Longer than any test: what is seen is seen by the watch alone. */
const NEVER_MS = 600_000;

describe('the intent router', () => {
  it('routes what lies there at the start, and takes it away after the commit', async () => {
    const router = await start({
      prepare: (folder) => writeFileSync(join(folder, 'a.json'), JSON.stringify(questionIntent('q'))),
    });
    await until('it is routed', () => router.signals.length === 1);
    await until('it has left', () => router.left().length === 0);
    expect(router.signals[0]).toMatchObject({ signal: 'Q_CURIOSITY_INVESTIGATE', causeId: 'intent:a.json' });
  });

  it('makes the folder where there is none', async () => {
    const router = await start({ prepare: (folder) => rmSync(folder, { recursive: true }) });
    await until('there is a folder', () => statSync(router.folder, { throwIfNoEntry: false })?.isDirectory() === true);
    router.put('a.json', questionIntent('q'));
    await until('it is routed', () => router.signals.length === 1);
  });

  it('sees a rename into place and a plain write at once', async () => {
    const router = await start({ rescanMs: NEVER_MS });
    router.put('first.json', questionIntent('warm'));
    await until('the watch is at work', () => router.signals.length === 1);
    const before = performance.now();
    router.put('renamed.json', questionIntent('renamed'));
    writeFileSync(join(router.folder, 'written.json'), JSON.stringify(questionIntent('written')));
    await until('both are routed', () => router.signals.length === 3);
    expect(performance.now() - before).toBeLessThan(500);
  });

  it('waits for a file that is written slowly, and calls nothing an error that a writer completes', async () => {
    const router = await start({ rescanMs: NEVER_MS, intents: { stillMs: NEVER_MS } });
    const text = JSON.stringify(questionIntent('slow'));
    const file = openSync(join(router.folder, 'slow.json'), 'w');
    for (const character of text) {
      writeSync(file, character);
      await new Promise((resolve) => setImmediate(resolve));
    }
    closeSync(file);
    await until('it is routed', () => router.signals.length === 1);
    expect(router.deadLetters).toEqual([]);
  });

  it('leaves .tmp files alone until they are renamed', async () => {
    const router = await start({ rescanMs: 10 });
    writeFileSync(join(router.folder, 'a.json.tmp'), '{');
    router.put('b.json', questionIntent('b'));
    await until('the other is gone', () => router.signals.length === 1 && router.left().length === 1);
    expect(router.left()).toEqual(['a.json.tmp']);
    writeFileSync(join(router.folder, 'a.json.tmp'), JSON.stringify(questionIntent('a')));
    renameSync(join(router.folder, 'a.json.tmp'), join(router.folder, 'a.json'));
    await until('it is routed', () => router.signals.length === 2);
  });

  it('makes the folder again when it is deleted, and goes on', async () => {
    const router = await start({ rescanMs: NEVER_MS });
    router.put('a.json', questionIntent('a'));
    await until('it is routed', () => router.signals.length === 1 && router.left().length === 0);
    rmSync(router.folder, { recursive: true });
    await until('the folder is back', () => statSync(router.folder, { throwIfNoEntry: false }) !== undefined);
    router.put('b.json', questionIntent('b'));
    await until('it is routed', () => router.signals.length === 2);
  });

  it('drains a backlog in order of urgency, and within one urgency in the order of the names', async () => {
    const urgencies = ['low', 'normal', 'critical', 'high'];
    const router = await start({
      intents: { batch: 10 },
      prepare: (folder) => {
        for (let index = 0; index < 60; index += 1) {
          const intent = questionIntent(`q${index}`, { priority: urgencies[index % urgencies.length] });
          writeFileSync(join(folder, `${1_000 + index}.json`), JSON.stringify(intent));
        }
      },
    });
    await until('all are routed', () => router.signals.length === 60);
    const order = ['critical', 'high', 'normal', 'low'];
    const expected = order.flatMap((urgency) =>
      Array.from({ length: 60 }, (_, index) => index)
        .filter((index) => urgencies[index % urgencies.length] === urgency)
        .map((index) => `q${index}`),
    );
    expect(ids(router.signals)).toEqual(expected);
    expect(Math.max(...router.batches)).toBeLessThanOrEqual(10);
    await until('all have left', () => router.left().length === 0);
  });

  it('lets a critical intent that arrives during a backlog go before the rest', async () => {
    let committed = 0;
    const router = await start({
      intents: { batch: 10 },
      prepare: (folder) => {
        for (let index = 0; index < 100; index += 1)
          writeFileSync(join(folder, `${index}.json`), JSON.stringify(questionIntent(`q${index}`)));
      },
      beforeCommit: (folder) => {
        committed += 1;
        if (committed === 2)
          writeFileSync(join(folder, 'z.json'), JSON.stringify(questionIntent('urgent', { priority: 10 })));
      },
    });
    await until('all are routed', () => router.signals.length === 101);
    expect(ids(router.signals).indexOf('urgent')).toBeLessThan(60);
  });

  it('says the same id again after a crash between the commit and the deletion, and nothing else', async () => {
    const crashed = await start({
      prepare: (folder) => writeFileSync(join(folder, 'a.json'), JSON.stringify(questionIntent('q'))),
      beforeCommit: () => {
        throw new Error('killed');
      },
    });
    await until('it was said', () => crashed.said.length === 1);
    await crashed.stop().catch(() => undefined);
    expect(crashed.left()).toEqual(['a.json']);
    const again = await start({ config: crashed.config });
    await until('it is routed', () => again.signals.length === 1);
    expect(again.signals).toEqual(crashed.said);
    expect(again.signals[0]?.derivedFrom?.key).toMatch(/^a\.json\n[\d.]+\n[0-9a-f]{64}$/);
  });

  it('derives the id from name, time and content: the same question written anew is a new intent', async () => {
    const router = await start();
    const write = (seconds: number) => {
      router.put('a.json', questionIntent('q'));
      utimesSync(join(router.folder, 'a.json'), seconds, seconds);
    };
    writeFileSync(join(router.folder, 'ready.json'), JSON.stringify(questionIntent('warm')));
    await until('it runs', () => router.signals.length === 1);
    write(1_000);
    await until('it has left', () => router.signals.length >= 2 && router.left().length === 0);
    const before = router.signals.length;
    write(2_000);
    await until('it is routed again', () => router.signals.length > before && router.left().length === 0);
    const keys = new Set(router.signals.map(({ derivedFrom }) => derivedFrom?.key));
    expect(keys.size).toBe(router.signals.length);
  });

  it('does not delete a version that was written between the reading and the commit', async () => {
    let rewritten = false;
    const router = await start({
      prepare: (folder) => writeFileSync(join(folder, 'a.json'), JSON.stringify(questionIntent('old'))),
      beforeCommit: (folder) => {
        if (!rewritten) writeFileSync(join(folder, 'a.json'), JSON.stringify(questionIntent('brand-new')));
        rewritten = true;
      },
    });
    await until('both are routed', () => router.signals.length === 2);
    await until('both have left', () => router.left().length === 0);
    expect(ids(router.signals)).toEqual(['old', 'brand-new']);
    expect(router.signals.map(({ causeId }) => causeId)).toEqual(['intent:a.json', 'intent:a.json']);
  });

  it('routes what a crash left aside under the name that its writer gave it', async () => {
    const router = await start({
      prepare: (folder) => writeFileSync(join(folder, 'a.json.4711.routed'), JSON.stringify(questionIntent('q'))),
    });
    await until('it is routed', () => router.signals.length === 1);
    await until('it has left', () => router.left().length === 0);
    expect(router.signals[0]?.causeId).toBe('intent:a.json');
  });

  it('stops at once, also while it rests', async () => {
    const router = await start({ rescanMs: NEVER_MS });
    router.put('a.json', questionIntent('q'));
    await until('it is routed', () => router.signals.length === 1);
    const before = performance.now();
    await router.stop();
    expect(performance.now() - before).toBeLessThan(500);
  });

  it('keeps its folder below its home', async () => {
    const router = await start();
    expect(router.folder).toBe(pathsOf(router.config).intents);
    appendFileSync(join(router.folder, 'notes.txt'), 'not an intent');
    router.put('a.json', questionIntent('q'));
    await until('it is routed', () => router.signals.length === 1);
    expect(router.left()).toContain('notes.txt');
  });
});
