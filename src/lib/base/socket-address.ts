import { closeSync, constants, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { errorCode } from './errors.js';

/** The kernel allows 108 bytes in the address of a socket. */
const LONGEST_ADDRESS_BYTES = 100;

/** Where a socket file is reached; held until it is released. */
export interface SocketAddress {
  text: string;
  release(): void;
}

/** Codes of a connection to a socket file at which nobody listens. */
export const NOBODY_THERE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTDIR']);

/** The address of a socket file; a long path is reached through its folder, held open. Undefined where that folder is missing. */
export function addressOf(path: string): SocketAddress | undefined {
  if (Buffer.byteLength(path) <= LONGEST_ADDRESS_BYTES) return { text: path, release: () => undefined };
  try {
    const folder = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
    return { text: `/proc/self/fd/${folder}/${basename(path)}`, release: () => closeSync(folder) };
  } catch (error) {
    if (NOBODY_THERE.has(errorCode(error))) return undefined;
    throw error;
  }
}
