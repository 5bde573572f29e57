import { XPublisher, XSubscriber } from 'zeromq';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GuardedSocket } from '../../../src/lib/bus/embedded/guarded-socket.js';
import { ReceivingSocket } from '../../../src/lib/bus/embedded/receiving-socket.js';
import { freePortBase, silentLog, until } from '../../helpers/colony.js';

describe('a socket that can be renewed', () => {
  let endpoint: string;
  const closing: { close(): void }[] = [];
  beforeEach(async () => {
    endpoint = `tcp://127.0.0.1:${await freePortBase()}`;
  });
  afterEach(() => {
    for (const socket of closing.splice(0)) socket.close();
  });

  async function receiving(received: Buffer[][]): Promise<ReceivingSocket> {
    const socket = new ReceivingSocket({ endpoint, label: 'test', attach: 'bind', log: silentLog });
    closing.push(socket);
    await socket.open();
    void (async () => {
      for await (const frames of socket.messages()) received.push(frames);
    })();
    return socket;
  }

  async function publisher(): Promise<XPublisher> {
    const socket = new XPublisher({ linger: 0 });
    closing.push(socket);
    socket.connect(endpoint);
    await socket.receive();
    return socket;
  }

  it('goes on at the same port with the same peers, who connect again by themselves', async () => {
    const received: Buffer[][] = [];
    const socket = await receiving(received);
    const peer = await publisher();
    await peer.send(['Q_A', '1']);
    await until('it is received', () => received.length === 1);
    await socket.guarded.renew();
    await until('it is received again', async () => {
      await peer.send(['Q_A', '2']);
      return received.length > 1;
    });
    expect(received.slice(0, 2).map(([, frame]) => String(frame))).toEqual(['1', '2']);
    expect(socket.guarded.counts).toMatchObject({ renewed: 1, accepted: 2 });
  });

  it('keeps of a message with too many frames how many there were and how each begins', async () => {
    const received: Buffer[][] = [];
    const socket = await receiving(received);
    await (await publisher()).send(Array.from({ length: 40 }, (_, n) => `${n} `.padEnd(1_000, 'x')));
    await until('it is received', () => received.length === 1);
    expect(received[0]!).toHaveLength(40);
    expect(received[0]!.map(({ length }) => length)).toEqual(Array(40).fill(64));
    expect(String(received[0]![39])).toMatch(/^39 x/);
    expect(socket.guarded.counts.dropped).toBe(1);
  });

  it('counts the connection that it ends for a frame over the limit', async () => {
    const received: Buffer[][] = [];
    const socket = await receiving(received);
    await (await publisher()).send(['Q_A', Buffer.alloc(3 * 1024 * 1024)]);
    await until('it is cut', () => socket.guarded.counts.disconnected === 1);
    expect(received).toEqual([]);
  });

  it('is bound again at the next tick where another had its port meanwhile', async () => {
    const make = () => new XSubscriber({ linger: 0 });
    const guarded = new GuardedSocket({ endpoint, label: 'test', attach: 'bind', make });
    closing.push(guarded);
    await guarded.open();
    const renewal = guarded.renew();
    const thief = new XPublisher({ linger: 0 });
    await until('the port is another’s', () => {
      try {
        thief.bindSync(endpoint);
        return true;
      } catch {
        return guarded.renewal === undefined;
      }
    });
    await renewal;
    thief.close();
    await until('it accepts connections', async () => {
      guarded.tick();
      await guarded.renewal;
      return new Promise<boolean>((resolve) => {
        const peer = new XPublisher({ linger: 0, connectTimeout: 100 });
        peer.events.on('connect', () => (peer.close(), resolve(true)));
        peer.events.on('connect:retry', () => (peer.close(), resolve(false)));
        peer.connect(endpoint);
      });
    });
  });
});
