import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { connectionsTo, cutConnections } from '../../../src/lib/base/cut-connections.js';
import { until } from '../../helpers/colony.js';

describe('connections to a port of this process', () => {
  it('are ended one by one, and the others go on', async () => {
    const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    let accepted = 0;
    server.on('connection', (socket: Socket) => {
      accepted += 1;
      socket.on('error', () => undefined);
    });
    const { port } = server.address() as AddressInfo;
    const peers = [createConnection({ port, host: '127.0.0.1' }), createConnection({ port, host: '127.0.0.1' })];
    await until('both are there', () => accepted === 2 && connectionsTo(port).length === 2);
    const localPort = peers[1]!.localPort!;
    const ended = once(peers[1]!.resume(), 'end');
    expect(await cutConnections(connectionsTo(port).filter(({ remotePort }) => remotePort === localPort))).toBe(1);
    await ended;
    expect(peers[0]!.readableEnded).toBe(false);
    expect(peers[0]!.writable).toBe(true);
    for (const peer of peers) peer.destroy();
    server.close();
  });
});
