import { mkdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { errorCode, KlorosError } from './errors.js';
import { LineClients, type LineClientsOptions } from './line-clients.js';
import { addressOf, NOBODY_THERE } from './socket-address.js';

/** A socket that answers one line to each line. */
export interface LineServer {
  close: () => Promise<void>;
}

/** Who may speak at a socket, and how it is answered. */
export interface LineServerOptions extends LineClientsOptions {
  path: string;
  /** Permissions of the socket: writing is speaking. */
  mode: number;
}

/** A socket file that a cleaner of old files removed is made again this soon. */
const LOOK_EVERY_MS = 1_000;

/**
 * Listens at a socket file, which is made again where somebody removes it. Throws EADDRINUSE where somebody listens
 * already; what a dead process left is replaced.
 */
export async function serveLines(options: LineServerOptions): Promise<LineServer> {
  const clients = new LineClients(options);
  let door = await openDoor(options, clients);
  let looking: Promise<void> | undefined;
  const look = async () => {
    if (door.isThere() || (await isAnothers(options.path))) return;
    door.close(); // First, since closing removes whatever has the name of its file.
    door = await openDoor(options, clients);
  };
  const timer = setInterval(() => {
    // It cannot be made while its folder cannot be, or somebody else has it: it is tried again.
    looking ??= look()
      .catch(() => undefined)
      .finally(() => (looking = undefined));
  }, LOOK_EVERY_MS).unref();
  const close = async () => {
    clearInterval(timer);
    await looking;
    const isOwn = door.isThere();
    door.close();
    await clients.close();
    if (isOwn) await rm(options.path, { force: true });
  };
  let closing: Promise<void> | undefined;
  return { close: () => (closing ??= close()) };
}

/** One socket file, as long as it has its name. */
interface Door {
  isThere(): boolean;
  close(): void;
}

async function openDoor({ path, mode }: LineServerOptions, clients: LineClients): Promise<Door> {
  mkdirSync(dirname(path), { recursive: true });
  const address = addressOf(path);
  if (address === undefined) throw folderGone(path);
  const server = createServer({ allowHalfOpen: true }, (socket) => clients.take(socket));
  try {
    await bound(server, { path, mode, address: address.text });
  } catch (error) {
    address.release();
    throw error;
  }
  // A connection that could not be accepted (no descriptors are left) costs that client, and not this process.
  server.on('error', () => undefined);
  const own = inodeOf(path);
  let isOpen = true;
  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    server.close();
    address.release();
  };
  return { isThere: () => isOpen && inodeOf(path) === own, close };
}

interface Place {
  path: string;
  mode: number;
  address: string;
}

async function bound(server: Server, place: Place): Promise<void> {
  try {
    await listen(server, place);
  } catch (error) {
    if (errorCode(error) !== 'EADDRINUSE' || (await isAnswered(place.address))) throw error;
    await rm(place.path, { force: true });
    await listen(server, place);
  }
}

const ALL_BITS = 0o777;

function listen(server: Server, { address, mode }: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    // The file is made within listen(): changed afterwards, it would be open to others for a moment.
    const before = process.umask(ALL_BITS & ~mode);
    server.once('error', reject).listen(address, () => {
      server.off('error', reject);
      resolve();
    });
    process.umask(before);
  });
}

/** Whether another process listens at the file that has the name now. */
async function isAnothers(path: string): Promise<boolean> {
  const address = inodeOf(path) === undefined ? undefined : addressOf(path);
  try {
    return address !== undefined && (await isAnswered(address.text));
  } finally {
    address?.release();
  }
}

/** Whether somebody listens; one whose queue of connections is full (EAGAIN) does. */
function isAnswered(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket: Socket = createConnection(address, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', (error) => resolve(!NOBODY_THERE.has(errorCode(error))));
  });
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

function folderGone(path: string): KlorosError {
  return new KlorosError({
    code: 'SOCKET_FOLDER_GONE',
    message: 'A socket cannot be made',
    why: `the folder of ${path} was removed at this moment`,
    next: ['do it again'],
  });
}
