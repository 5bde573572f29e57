import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveMetrics, type MetricsServer } from '../../../src/lib/metrics/serve.js';
import { shared } from '../../../src/lib/metrics/shared.js';
import { keepTextfile, writeTextfile } from '../../../src/lib/metrics/textfile.js';
import { silentLog, until } from '../../helpers/colony.js';
import { attack, waysOf } from '../../helpers/hostile-clients.js';

const base = { host: '127.0.0.1', contentType: 'text/plain', log: silentLog };

describe('a server of figures', () => {
  let server: MetricsServer | undefined;
  afterEach(() => server?.close());

  it('answers at /metrics, leads there from /, and knows nothing else', async () => {
    server = await serveMetrics({ ...base, port: 0, text: async () => 'kloros_x 1\n' });
    const get = async (path: string, method = 'GET') => {
      const response = await fetch(new URL(path, server?.url), { method });
      return [response.status, await response.text()];
    };
    expect(await get('/metrics?x=1')).toEqual([200, 'kloros_x 1\n']);
    expect(await get('/')).toEqual([200, expect.stringContaining('href="/metrics"')]);
    expect(await get('/metrics', 'HEAD')).toEqual([200, '']);
    expect(await get('/other')).toEqual([404, 'The figures are at /metrics\n']);
    expect(await get('/metrics', 'POST')).toEqual([405, 'Only GET and HEAD\n']);
  });

  it('goes on after the figures could not be read', async () => {
    let reads = 0;
    const text = async () => {
      reads += 1;
      if (reads === 1) throw new Error('disk');
      return 'kloros_x 1\n';
    };
    server = await serveMetrics({ ...base, port: 0, text });
    expect((await fetch(server.url)).status).toBe(500);
    expect((await fetch(server.url)).status).toBe(200);
  });

  it('lets nobody wait for longer than a scrape lasts, and says so', async () => {
    let finish: (text: string) => void = () => undefined;
    const text = () => new Promise<string>((resolve) => (finish = resolve));
    server = await serveMetrics({ ...base, port: 0, text, limitMs: 20 });
    const late = await fetch(server.url);
    expect([late.status, await late.text()]).toEqual([503, 'The figures take longer than 20 ms\n']);
    finish('kloros_x 1\n');
    expect(late.headers.get('content-type')).toBe('text/plain');
  });

  it('names who holds its port', async () => {
    server = await serveMetrics({ ...base, port: 0, text: async () => '' });
    const port = Number(new URL(server.url).port);
    await expect(serveMetrics({ ...base, port, text: async () => '' })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      why: expect.stringContaining(`process ${process.pid} (`) as string,
    });
    await expect(serveMetrics({ ...base, host: '203.0.113.7', port: 0, text: async () => '' })).rejects.toMatchObject({
      code: 'ADDRESS_UNUSABLE',
    });
  });
});

describe('a server of figures among hostile clients', () => {
  const REQUEST = 'GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n';
  const ways = {
    ...waysOf(REQUEST),
    'asks a thousand times': (socket: Socket) => void socket.write(REQUEST.repeat(20)),
    'asks for what is no URL': (socket: Socket) => void socket.write(REQUEST.replace('/metrics', '//')),
    'never ends its headers': (socket: Socket) => void socket.write(`GET / HTTP/1.1\r\nx: ${'y'.repeat(100_000)}`),
    'wants another protocol': (socket: Socket) =>
      void socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
    'wants a tunnel': (socket: Socket) => void socket.write('CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n'),
    'promises a body and never sends it': (socket: Socket) =>
      void socket.write('POST /metrics HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999\r\n\r\n'),
  };
  const figures = `kloros_x ${'1'.repeat(300_000)}\n`;
  let server: MetricsServer;
  let port: number;
  beforeEach(async () => {
    server = await serveMetrics({ ...base, port: 0, text: async () => figures, idleMs: 150 });
    port = Number(new URL(server.url).port);
  });
  afterEach(() => server.close());

  it('goes on answering during and after more than a thousand of them', async () => {
    const attacked = attack({ port }, Object.values(ways), { count: 1_500, atOnce: 20 });
    for (let asked = 0; asked < 10; asked += 1) {
      const response = await fetch(server.url);
      expect([response.status, (await response.text()).length]).toEqual([200, figures.length]);
    }
    await attacked;
    expect((await fetch(server.url)).status).toBe(200);
  });

  it.each(['says nothing', 'drips bytes', 'never ends its headers'])('cuts off one that %s', async (way) => {
    const socket = createConnection({ port }).on('error', () => undefined);
    await once(socket, 'connect');
    ways[way as keyof typeof ways](socket);
    socket.resume();
    await once(socket, 'close');
  });
});

describe('an answer', () => {
  it('is made once for all who ask meanwhile, and anew for who asks later', async () => {
    let made = 0;
    const answer = shared(async () => (made += 1));
    expect(await Promise.all([answer(), answer(), answer()])).toEqual([1, 1, 1]);
    expect(await answer()).toBe(2);
  });
});

describe('a file of figures', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'kloros-textfile-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is written again and again until it is aborted, whatever fails between', async () => {
    const path = join(folder, 'kloros.prom');
    const over = new AbortController();
    let count = 0;
    const text = async () => {
      count += 1;
      if (count === 2) throw new Error('once');
      return `kloros_x ${count}\n`;
    };
    const kept = keepTextfile({ path, everyMs: 1, text, log: silentLog }, over.signal);
    await until('it is written anew', () => existsSync(path) && readFileSync(path, 'utf8') >= 'kloros_x 3\n');
    over.abort();
    await kept;
  });

  it('says why it cannot be written', async () => {
    const path = join('/proc', 'kloros.prom');
    await expect(writeTextfile({ path, text: async () => '' })).rejects.toMatchObject({
      code: 'TEXTFILE_NOT_WRITABLE',
      next: ['see who may write there: ls -ld /proc'],
    });
  });
});
