import { closeSync, constants, mkdirSync, openSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { basename, dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { errorCode, toError } from './errors.js';

/** A socket that answers one line to each line. */
export interface LineServer {
  close: () => Promise<void>;
}

/** Who may speak at a socket, and how it is answered. */
export interface LineServerOptions {
  path: string;
  /** Permissions of the socket: writing is speaking. */
  mode: number;
  /** Never rejects: what is wrong with a line is part of the answer. */
  answer: (line: string) => Promise<string>;
}

/** The kernel allows 108 bytes in the address of a socket. */
const LONGEST_ADDRESS_BYTES = 100;

/** Listens at a socket file. Throws EADDRINUSE where somebody listens already; what a dead process left is replaced. */
export async function serveLines({ path, mode, answer }: LineServerOptions): Promise<LineServer> {
  mkdirSync(dirname(path), { recursive: true });
  const connections = new Set<Socket>();
  const answering = new Set<Promise<void>>();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket)).on('error', () => undefined);
    createInterface({ input: socket, crlfDelay: Infinity }).once('line', (line) => {
      const said = answer(line).then((reply) => sent(socket, reply));
      answering.add(said);
      void said.finally(() => answering.delete(said));
    });
  });
  const address = addressOf(path);
  await listen(server, address.text).catch(async (error: unknown) => {
    if (errorCode(error) !== 'EADDRINUSE' || (await isAnswered(address.text))) throw error;
    await rm(path, { force: true });
    await listen(server, address.text);
  });
  await chmod(path, mode);
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    // What made this end is often one of the questions.
    await Promise.all(answering);
    for (const socket of connections) socket.destroy();
    await closed;
    address.release();
    await rm(path, { force: true });
  };
  let closing: Promise<void> | undefined;
  return { close: () => (closing ??= close()) };
}

function sent(socket: Socket, reply: string): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.end(`${reply}\n`, () => resolve());
  });
}

const NOBODY_THERE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTDIR']);

/** Says one line and answers the reply; undefined where nobody listens. Rejects with EACCES, or when it is not answered. */
export async function askLine(path: string, line: string, timeoutMs: number): Promise<string | undefined> {
  const address = addressOf(path, NOBODY);
  if (address === undefined) return undefined;
  try {
    return await exchange(address.text, line, timeoutMs);
  } catch (error) {
    if (NOBODY_THERE.has(errorCode(error))) return undefined;
    throw error;
  } finally {
    address.release();
  }
}

function exchange(address: string, line: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(address, () => socket.write(`${line}\n`));
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`there was no answer within ${timeoutMs} ms`)));
    socket.once('error', (error) => reject(toError(error)));
    createInterface({ input: socket, crlfDelay: Infinity })
      .once('line', (reply) => {
        resolve(reply);
        socket.destroy();
      })
      .on('error', () => undefined);
    socket.once('close', () => reject(new Error('the connection was closed without an answer')));
  });
}

function listen(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(address, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Whether somebody accepts connections. */
function isAnswered(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(address, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

interface Address {
  text: string;
  release(): void;
}

const NOBODY = 'nobody';

/** A long path is reached through its folder, held open; a folder that does not exist has nobody in it. */
function addressOf(path: string): Address;
function addressOf(path: string, missing: typeof NOBODY): Address | undefined;
function addressOf(path: string, missing?: typeof NOBODY): Address | undefined {
  if (Buffer.byteLength(path) <= LONGEST_ADDRESS_BYTES) return { text: path, release: () => undefined };
  try {
    const folder = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
    return { text: `/proc/self/fd/${folder}/${basename(path)}`, release: () => closeSync(folder) };
  } catch (error) {
    if (missing === NOBODY && errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
