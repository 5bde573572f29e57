import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { freePortBase } from '../../../src/lib/base/free-ports.js';

const HOST = '127.0.0.1';
const servers: Server[] = [];
const listen = (port: number) =>
  new Promise<void>((resolve, reject) => {
    const server = createServer().once('error', reject).listen(port, HOST, resolve);
    servers.push(server);
  });

afterEach(() => Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve)))));

describe('a base of free ports', () => {
  it('is followed by ports that can be bound', async () => {
    const base = await freePortBase({ host: HOST, count: 6, random: Math.random });
    await Promise.all([0, 1, 2, 3, 4, 5].map((offset) => listen(base + offset)));
  });

  it('is another one where a port within the range is taken', async () => {
    const first = await freePortBase({ host: HOST, count: 6, random: Math.random });
    const share = (first - 20_000) / (12_000 - 6);
    const randoms = [share + 1e-9, Math.random(), Math.random(), Math.random()];
    await listen(first + 3);
    const second = await freePortBase({ host: HOST, count: 6, random: () => randoms.shift() ?? Math.random() });
    expect(Math.abs(second - first)).toBeGreaterThan(0);
  });

  it('is refused in words when nothing is free', async () => {
    const base = await freePortBase({ host: HOST, count: 1, random: Math.random });
    await listen(base);
    const share = (base - 20_000) / (12_000 - 1) + 1e-9;
    await expect(freePortBase({ host: HOST, count: 1, random: () => share })).rejects.toMatchObject({
      code: 'NO_FREE_PORTS',
    });
  });
});
