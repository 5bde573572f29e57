import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { isEphemeral, portAdvice, portHolder, portUse, portWords } from '../../../src/lib/base/port-holder.js';

describe('who has a port', () => {
  let server: Server | undefined;
  let client: Socket | undefined;
  afterEach(() => {
    client?.destroy();
    server?.close();
  });

  async function listening(): Promise<number> {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  it('is named as who listens there', async () => {
    const port = await listening();
    expect(portUse(port)).toMatchObject({ kind: 'listens', holder: { pid: process.pid } });
    expect(portWords(portUse(port))).toMatch(/^process \d+ \(.*\) listens there$/);
    expect(portHolder(port)?.pid).toBe(process.pid);
  });

  it('is named as the client whose own end of a connection it is, and nobody is said to listen', async () => {
    client = connect(await listening(), '127.0.0.1');
    await once(client, 'connect');
    const port = client.localPort ?? 0;
    expect(portUse(port)).toMatchObject({ kind: 'connection', holder: { pid: process.pid } });
    expect(portWords(portUse(port))).toContain('own end of a connection');
    expect(portHolder(port)).toBeUndefined();
  });

  it('is nobody who is to be seen where no socket has it', () => {
    expect(portUse(1)).toBeUndefined();
    expect(portWords(undefined)).not.toContain('process');
  });

  it('is advised about by a line that lists connections too, and nothing that ends a process', async () => {
    client = connect(await listening(), '127.0.0.1');
    await once(client, 'connect');
    const port = client.localPort ?? 0;
    const advice = portAdvice(port, portUse(port)).join('\n');
    expect(advice).toContain(`ss -tanp 'sport = :${port}'`);
    expect(advice).not.toContain('kill');
    expect(isEphemeral(port)).toBe(true);
    expect(isEphemeral(7_776)).toBe(false);
  });
});
