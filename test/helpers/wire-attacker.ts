import { setTimeout } from 'node:timers/promises';
import { context, Publisher, XPublisher, XSubscriber } from 'zeromq';

/** A hostile peer in a process of its own: `flood`, `frames` or `subscriptions`, at the hub's ports. */
const [attack = '', xsub = '', xpub = '', size = '0'] = process.argv.slice(2);
const MEBIBYTE = 1024 * 1024;
context.blocky = false;
const DEEP = `{"facts":${'['.repeat(5_000)}${']'.repeat(5_000)}}`;

const attacks: Record<string, () => Promise<void>> = {
  /** So many bytes of messages that are too large, no JSON, binary, deep, misnamed or all right. */
  flood: async () => {
    const socket = new XPublisher({ linger: -1, sendHighWaterMark: 50, noDrop: true });
    socket.connect(xsub);
    await socket.receive(); // The hub's subscription.
    const kinds: Buffer[][] = [
      [Buffer.from('Q_FLOOD'), Buffer.from(JSON.stringify({ facts: { text: 'x'.repeat(0.75 * MEBIBYTE) } }))],
      [Buffer.from('Q_FLOOD'), Buffer.alloc(MEBIBYTE / 2, 0xff)],
      [Buffer.from('Q_FLOOD'), Buffer.from(DEEP)],
      [Buffer.from('not a name\n'), Buffer.from('{}')],
      [Buffer.from('Q_FLOOD'), Buffer.from(JSON.stringify({ facts: { text: 'x'.repeat(1.5 * MEBIBYTE) } }))],
      [Buffer.from('Q_FLOOD'), Buffer.from('{"half":')],
    ];
    for (let sent = 0, n = 0; sent < Number(size); n += 1) {
      const frames = kinds[n % kinds.length]!;
      await sendWhole(socket, frames);
      sent += frames.reduce((sum, { length }) => sum + length, 0);
    }
    socket.close();
  },
  /** ONE message of so many frames of a megabyte. */
  frames: async () => {
    const socket = new Publisher({ linger: 2_000, sendHighWaterMark: 0 });
    socket.connect(xsub);
    const sending = setInterval(() => undefined, 1_000);
    await socket.events.receive(); // Connecting.
    await socket.send(Array.from({ length: Number(size) }, () => Buffer.alloc(1_000_000, 66)));
    clearInterval(sending);
    socket.close();
  },
  /** So many subscriptions of 200 bytes. */
  subscriptions: async () => {
    const socket = new XSubscriber({ linger: 2_000, sendHighWaterMark: 0 });
    socket.connect(xpub);
    for (let n = 0; n < Number(size); n += 1) await socket.send(`\x01${String(n * 7_919).padStart(200, String(n))}`);
    socket.close();
  },
};

/** A publisher whose queue is full says so at once instead of waiting. */
async function sendWhole(socket: XPublisher, frames: Buffer[]): Promise<void> {
  for (;;) {
    try {
      return await socket.send(frames);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      await setTimeout(1);
    }
  }
}

await attacks[attack]?.();
process.send?.('done');
