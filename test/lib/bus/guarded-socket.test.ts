import { Pull, Push, XPublisher, XSubscriber } from 'zeromq';
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

  it('goes on although it is renewed between the moment in which a message is there and that in which it is taken', async () => {
    const endpoint = 'inproc://flood';
    const peer = new Push({ linger: 0, sendHighWaterMark: 0 });
    closing.push(peer);
    await peer.bind(endpoint);
    const make = () => new Pull({ linger: 0, receiveHighWaterMark: 0 });
    const socket = new GuardedSocket({ endpoint, label: 'test', attach: 'connect', make });
    closing.push(socket);
    await socket.open();
    // After 512 messages in one turn of the event loop ZeroMQ takes the next in another, in which the socket is closed.
    for (let n = 0; n < 600; n += 1) await peer.send('flood');
    const received: string[] = [];
    const renewOnce = () => void (socket.counts.renewed === 0 && socket.renew());
    const over = (async () => {
      for await (const [frame] of socket.messages()) {
        received.push(String(frame));
        if (socket.counts.renewed === 0) setImmediate(renewOnce);
      }
    })();
    await until('it is renewed', () => socket.counts.renewed > 0);
    await peer.send('afterwards');
    await until('what comes afterwards is received', () => received.includes('afterwards'));
    socket.close();
    await over;
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
