import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Frames, PublishingSocket } from '../../../src/lib/bus/embedded/publishing-socket.js';
import { freePortBase } from '../../helpers/colony.js';

const message = (n: number): Frames => ({ name: 'Q_A', frame: Buffer.from(`{"n":${n}}`) });

let nowMs: number;
let unsure: (readonly Frames[])[];
let socket: PublishingSocket;

beforeEach(async () => {
  nowMs = 0;
  unsure = [];
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  socket = new PublishingSocket({
    ...{ endpoint: `tcp://127.0.0.1:${await freePortBase()}`, label: 'test', attach: 'bind' as const },
    onSubscription: () => undefined,
    onRenewal: (sent) => unsure.push(sent),
  });
  await socket.open();
  unsure = [];
});
afterEach(() => {
  socket.close();
  vi.restoreAllMocks();
});

it('that is renewed tells what it sent in the last half second, since that may still lie in it', async () => {
  await socket.send(message(1));
  nowMs = 400;
  await socket.send(message(2));
  nowMs = 600;
  await socket.guarded.renew();
  await socket.guarded.renew();
  expect(unsure.map((sent) => sent.map(({ frame }) => String(frame)))).toEqual([['{"n":2}'], []]);
});

it('that was renewed while it sent says that it did not', async () => {
  const sending = socket.send(message(1));
  const renewed = socket.guarded.renew();
  expect(await sending).toBe(false);
  await renewed;
  expect(await socket.send(message(1))).toBe(true);
});
