import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askLine } from '../../../src/lib/base/line-client.js';
import { serveLines, type LineServer } from '../../../src/lib/base/line-server.js';
import { until } from '../../helpers/colony.js';
import { attack, waysOf } from '../../helpers/hostile-clients.js';

const LONG = 400_000;
const PATIENCE_MS = 200;

describe('a socket that answers a line to a line', () => {
  let folder: string;
  let path: string;
  let server: LineServer;
  const answer = async (line: string) => (line === 'long' ? 'y'.repeat(LONG) : `heard ${line}`);
  const serve = () => serveLines({ path, mode: 0o600, answer, patienceMs: PATIENCE_MS });
  const ask = (line: string) => askLine(path, line, 60_000);

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kloros-line-'));
    path = join(folder, 'run', 's');
    server = await serve();
  });
  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const connected = async (half = false): Promise<Socket> => {
    const socket = createConnection({ path, allowHalfOpen: half }).on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };

  for (const [name, way] of Object.entries(waysOf('long\n')))
    it(`answers others while a client ${name}`, async () => {
      const socket = await connected(true);
      way(socket);
      expect(await ask('me')).toBe('heard me');
      socket.destroy();
    });

  it('answers within two thousand hostile clients', async () => {
    const attacked = attack({ path }, Object.values(waysOf('long\n')), { count: 2_000, atOnce: 20 });
    const answers: unknown[] = [];
    for (let asked = 0; asked < 20; asked += 1) answers.push(await ask(`${asked}`));
    await attacked;
    expect(answers).toEqual(Array.from({ length: 20 }, (_, index) => `heard ${index}`));
  });

  it('answers who comes while so many wait to be accepted that the kernel takes no further one', async () => {
    const codes: unknown[] = [];
    // In one turn of the loop, in which nobody is accepted; the kernel queues 511 at most.
    const many = Array.from({ length: 600 }, () =>
      createConnection({ path }).on('error', (error: NodeJS.ErrnoException) => codes.push(error.code)),
    );
    expect(await ask('me')).toBe('heard me');
    expect(codes).toContain('EAGAIN');
    for (const socket of many) socket.destroy();
  });

  it('cuts off who says nothing, and who never reads, after a while', async () => {
    const [silent, unread] = [await connected(), await connected()];
    let isCut = false;
    unread.pause().on('error', () => (isCut = true));
    unread.write('long\n');
    await once(silent.resume(), 'close');
    await until('who never reads is cut off', () => {
      unread.write('x'); // Who does not read hears of it only so.
      return isCut;
    });
  });

  it('answers one that has closed its half of the connection, also without a newline', async () => {
    const socket = await connected(true);
    socket.end('last words');
    expect(String((await once(socket, 'data'))[0])).toBe('heard last words\n');
  });

  it('ends though a client never reads', async () => {
    const unread = await connected();
    unread.pause().write('long\n');
    expect(await ask('me')).toBe('heard me');
    await server.close();
    unread.destroy();
    expect(existsSync(path)).toBe(false);
  });

  it('is made again within seconds where its folder is removed', async () => {
    rmSync(join(folder, 'run'), { recursive: true });
    expect(await ask('me')).toBeUndefined();
    await until('it answers', async () => (await ask('me')) === 'heard me');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('leaves the name to another who took it meanwhile, until that one ends', async () => {
    rmSync(path);
    const other = createServer((socket) => socket.on('error', () => undefined).end('the other\n'));
    await new Promise<void>((resolve) => other.listen(path, resolve));
    await expect(serve()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(await ask('me')).toBe('the other');
    other.close();
    await until('it answers again', async () => (await ask('me')) === 'heard me');
  });

  it('says within the time that is asked for that nobody answers', async () => {
    await server.close();
    const mute = createServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(path, resolve));
    await expect(askLine(path, 'me', 50)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    mute.close();
  });
});
