import { chmodSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../helpers/colony.js';
import { becomeNobody, becomeRoot } from '../../helpers/nobody.js';
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

const text = JSON.stringify(questionIntent('q'));

describe('the intent router, beset', () => {
  it('reads names of odd characters, and gives those that are no text a name that is', async () => {
    const router = await start({
      rescanMs: 20,
      prepare: (folder) => {
        writeFileSync(join(folder, 'a "quoted"\nname ü.json'), JSON.stringify(questionIntent('odd')));
        writeFileSync(
          Buffer.concat([Buffer.from(`${folder}/b`), Buffer.from([0xff, 0xfe]), Buffer.from('.json')]),
          JSON.stringify(questionIntent('bytes')),
        );
      },
    });
    await until('both are routed', () => router.signals.length === 2 && router.left().length === 0);
    expect(router.signals.map(({ causeId }) => causeId).sort()).toEqual([
      'intent:a "quoted"\nname ü.json',
      'intent:b%FF%FE.json',
    ]);
  });

  it('routes a file whose name has no room for another letter', async () => {
    const name = `${'n'.repeat(250)}.json`;
    const router = await start({ prepare: (folder) => writeFileSync(join(folder, name), text) });
    await until('it is routed', () => router.signals.length === 1 && router.left().length === 0);
    router.put(`${'m'.repeat(246)}.json`, '{"type":"none"}');
    await until('it is quarantined', () => router.quarantined().length === 1);
  });

  it('does not mind files that vanish while it reads', async () => {
    const router = await start({ rescanMs: 5 });
    for (let index = 0; index < 300; index += 1) {
      const path = join(router.folder, `${index}.json`);
      writeFileSync(path, text);
      if (index % 2 === 0) rmSync(path, { force: true });
      if (index % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await until('the others are routed', () => router.left().length === 0);
    const causes = new Set(router.signals.map(({ causeId }) => causeId));
    for (let index = 1; index < 300; index += 2) expect(causes).toContain(`intent:${index}.json`);
    expect(router.deadLetters).toEqual([]);
  });

  it('says an intent once that it may not delete, tells of it once, and deletes it when it may', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
    const router = await start({
      log,
      rescanMs: 10,
      prepare: (folder) => {
        for (const name of ['a.json', 'b.json']) writeFileSync(join(folder, name), text);
        becomeNobody(join(folder, '..'), folder);
        chmodSync(folder, 0o555);
      },
    }).catch((error: unknown) => {
      becomeRoot();
      throw error;
    });
    try {
      await until('both are routed', () => router.signals.length === 2);
      // Several listings and another file's whole way later, nothing was said again.
      await until('it has listed the folder again', () => lines.length > 0);
      for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      expect(router.signals).toHaveLength(2);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain('cannot be taken from the folder');
      chmodSync(router.folder, 0o755);
      await until('both have left', () => router.left().length === 0);
      expect(router.signals).toHaveLength(2);
    } finally {
      becomeRoot();
    }
  });

  it('lives on in a home that it may not write, and goes on when it may', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
    const router = await start({
      log,
      rescanMs: 10,
      prepare: (folder) => {
        rmSync(folder, { recursive: true });
        becomeNobody(join(folder, '..'));
        chmodSync(join(folder, '..'), 0o555);
      },
    });
    try {
      await until('it has complained', () => lines.length > 0);
      expect(lines[0]).toContain('The intents folder cannot be read');
      chmodSync(router.config.home, 0o755);
      await until('there is a folder', () => readdirSync(router.config.home).includes('intents'));
      router.put('a.json', questionIntent('q'));
      await until('it is routed', () => router.signals.length === 1);
      expect(lines).toHaveLength(1);
    } finally {
      becomeRoot();
    }
  });
});
