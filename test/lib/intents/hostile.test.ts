import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
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

/** Starts a router on one bad file and a good one, and answers the dead letter of the bad one once both are dealt with. */
async function refuse(prepare: (folder: string) => void, settings: RouterSettings = {}) {
  const router = await start({ ...settings, prepare });
  router.put('good.json', questionIntent('good'));
  await until('both are dealt with', () => router.signals.length === 1 && router.deadLetters.length === 1);
  await until('both have left', () => router.left().length === 0);
  expect(router.quarantined()).toHaveLength(1);
  return { router, letter: router.deadLetters[0]!, file: join(router.quarantine, router.quarantined()[0]!) };
}

describe('what the intent router cannot read or route', () => {
  it('is quarantined, with the whole content in its dead letter and a reason beside it', async () => {
    const half = text.slice(0, 20);
    const { router, letter, file } = await refuse((folder) => writeFileSync(join(folder, 'half.json'), half));
    expect(letter.content).toBe(half);
    expect(letter.error).toContain('UnreadableIntent: it is not JSON');
    expect(letter.intentFile).toBe(join(router.folder, 'half.json'));
    expect(letter.traceback).toContain(`it lies in ${file}`);
    expect(readFileSync(file, 'utf8')).toBe(half);
    expect(JSON.parse(readFileSync(`${file}.why.json`, 'utf8'))).toMatchObject({
      name: 'half.json',
      error: letter.error,
    });
  });

  it('is an unknown type, kept whole', async () => {
    const intent = { type: 'spica_spawn_request', data: { variant: 3 } };
    const { letter } = await refuse((folder) => writeFileSync(join(folder, 'x.json'), JSON.stringify(intent)));
    expect(letter.error).toBe('UnroutedIntent: no route leads from an intent of type "spica_spawn_request"');
    expect(JSON.parse(letter.content ?? '')).toEqual(intent);
    expect(letter.traceback).toContain('what now: add it to the configuration');
  });

  it('is a wrong shape', async () => {
    const { letter } = await refuse((folder) => writeFileSync(join(folder, 'x.json'), '{"type":"reinvestigate"}'));
    expect(letter.error).toContain('question: is missing');
  });

  it('is an empty file that nobody fills', async () => {
    const { letter } = await refuse((folder) => writeFileSync(join(folder, 'x.json'), ''));
    expect(letter.error).toBe('EmptyIntent: the file is empty');
  });

  it('is invalid UTF-8, whose bytes are kept exactly', async () => {
    const bytes = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
    const { letter, file } = await refuse((folder) => writeFileSync(join(folder, 'x.json'), bytes));
    expect(Buffer.from(letter.content?.split(',')[1] ?? '', 'base64')).toEqual(bytes);
    expect(readFileSync(file)).toEqual(bytes);
  });

  it('is a file of 100 MB, which is never read whole', async () => {
    const size = 100_000_000;
    const before = process.memoryUsage.rss();
    const { letter, file } = await refuse((folder) => {
      writeFileSync(join(folder, 'x.json'), '{"type":"');
      truncateSync(join(folder, 'x.json'), size);
    });
    expect(process.memoryUsage.rss() - before).toBeLessThan(size / 2);
    expect(letter.error).toContain('has 100000000 bytes, more than the limit of 1048576');
    expect(letter.content).toHaveLength(65_536);
    expect(letter.traceback).toContain(`${file}; the content here is only its beginning`);
  });

  it('is a directory named like an intent', async () => {
    const { letter, file } = await refuse((folder) => {
      mkdirSync(join(folder, 'x.json'));
      writeFileSync(join(folder, 'x.json', 'inside'), 'kept');
    });
    expect(letter.error).toBe('NotAFile: it is a directory');
    expect(readFileSync(join(file, 'inside'), 'utf8')).toBe('kept');
  });

  it('is a symbolic link, which is not followed, whether it leads somewhere or not', async () => {
    const { letter } = await refuse((folder) => symlinkSync('/etc/passwd', join(folder, 'x.json')));
    expect(letter.error).toContain('NotAFile: it is a symbolic link');
    expect(letter.content).toBe('');
    const dangling = await refuse((folder) => symlinkSync('/nowhere', join(folder, 'x.json')));
    expect(dangling.letter.error).toContain('symbolic link');
  });

  it('is a pipe, on which nothing waits', async () => {
    const { letter } = await refuse((folder) => execFileSync('mkfifo', [join(folder, 'x.json')]));
    expect(letter.error).toBe('NotAFile: it is a pipe');
  });

  it('is a socket', async () => {
    const server = createServer();
    const router = await start();
    await new Promise<void>((resolve) => server.listen(join(router.folder, 's.json'), resolve));
    await until('it is refused', () => router.deadLetters.length === 1 && router.left().length === 0);
    expect(router.deadLetters[0]?.error).toBe('NotAFile: it is a socket');
    server.close();
  });

  it('is a path that leads out of the source roots, also through a link, with the line that would allow it', async () => {
    const { letter } = await refuse((folder) => {
      mkdirSync(join(folder, '..', 'src'), { recursive: true });
      symlinkSync('/etc', join(folder, '..', 'src', 'etc'));
      const evidence = [`path:${join(folder, '..', 'src', 'etc')}`];
      writeFileSync(
        join(folder, 'x.json'),
        JSON.stringify({ ...questionIntent('q'), data: { question: 'q', evidence } }),
      );
    });
    expect(letter.error).toContain('PathRefused: /etc is outside the source roots');
    expect(letter.traceback).toMatch(/KLOROS_SOURCE_ROOTS=.*:\/etc/);
  });

  it('is told apart by its content, so that nothing in quarantine is overwritten', async () => {
    const router = await start();
    for (const content of ['{"type":"none","n":1}', '{"type":"none","n":2}', '{"type":"none","n":1}']) {
      router.put('same.json', content);
      await until('it has left', () => router.left().length === 0);
      await until('it is refused', () => router.quarantined().length === router.deadLetters.length);
    }
    await until('all are there', () => router.quarantined().length === 3);
    expect(new Set(router.deadLetters.map(({ key }) => key)).size).toBe(3);
  });

  it('may lie there in thousands: the daemon stays within its bounds', async () => {
    const router = await start({
      intents: { maxBytes: 300_000 },
      prepare: (folder) => {
        for (let index = 0; index < 60; index += 1)
          writeFileSync(join(folder, `${index}.json`), `{"type":"none","x":"${'x'.repeat(250_000)}"}`);
      },
    });
    await until('all are refused', () => router.deadLetters.length === 60 && router.left().length === 0);
    expect(Math.max(...router.batches)).toBeLessThanOrEqual(32);
  });

  it('quarantines what it may not open', async () => {
    const asRoot = process.geteuid?.() === 0;
    const { letter } = await refuse((folder) => {
      writeFileSync(join(folder, 'x.json'), text);
      chmodSync(join(folder, 'x.json'), 0);
      if (asRoot) becomeNobody(join(folder, '..'), folder);
    }).finally(becomeRoot);
    expect(letter.error).toContain('cannot be opened: EACCES');
  });
});
