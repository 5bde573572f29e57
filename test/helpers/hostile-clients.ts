import { createConnection, type NetConnectOpts, type Socket } from 'node:net';

/** What a client does with its connection before it goes away. */
type Way = (socket: Socket) => void;

const DEEP = 20_000;
const ENDLESS_BYTES = 300_000;

/** Clients that hurt a careless server; `question` is one that it would answer. */
export function waysOf(question: string): Record<string, Way> {
  return {
    'says nothing': () => undefined,
    'asks and never reads': (socket) => socket.pause().write(question),
    'asks and resets': (socket) => {
      socket.pause().write(question);
      // Only TCP knows a reset by name; a Unix socket that is closed with something unread is one.
      if (socket.remoteAddress === undefined) socket.destroy();
      else socket.resetAndDestroy();
    },
    'hangs up before its question ends': (socket) => socket.end(question.slice(0, 5)),
    'closes one half after its question': (socket) => socket.end(question),
    'says what is binary': (socket) => socket.write(Buffer.from([0, 255, 254, 10, 128, 200, 10, 0])),
    'says what is deep': (socket) => socket.write(`${'['.repeat(DEEP)}\n`),
    'never ends its line': (socket) => socket.write('x'.repeat(ENDLESS_BYTES)),
    'asks a thousand times': (socket) => socket.write(question.repeat(1_000)),
    'drips bytes': (socket) => {
      for (const byte of question.slice(0, -1)) socket.write(byte);
    },
  };
}

/** Lets many such clients come, so many at once; each stays for some milliseconds. Resolves when all have gone. */
export async function attack(to: NetConnectOpts, ways: readonly Way[], { count, atOnce }: AttackSize): Promise<void> {
  let next = 0;
  const come = async () => {
    for (let index = next++; index < count; index = next++)
      await visit(to, ways[index % ways.length], index % STAYS_MS);
  };
  await Promise.all(Array.from({ length: atOnce }, come));
}

/** How many clients, and how many of them at a time. */
export interface AttackSize {
  count: number;
  atOnce: number;
}

const STAYS_MS = 7;

function visit(to: NetConnectOpts, way: Way | undefined, stayMs: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = createConnection({ ...to, allowHalfOpen: true });
    socket.once('close', () => resolve()).on('error', () => undefined);
    socket.once('connect', () => {
      way?.(socket);
      setTimeout(() => socket.destroy(), stayMs);
    });
  });
}
