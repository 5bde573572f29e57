import { readdirSync, readlinkSync } from 'node:fs';
import { tcpRows, type TcpRow } from './tcp-table.js';

const OWN = '/proc/self/fd';
/** Of shutdown(2). */
const BOTH_WAYS = 2;

/** Connections to a port of this process, the oldest first; none where the kernel shows none. */
export function connectionsTo(port: number): TcpRow[] {
  const rows = tcpRows().filter(({ localPort, isEstablished }) => localPort === port && isEstablished);
  return rows.sort((a, b) => Number(a.inode) - Number(b.inode));
}

/**
 * Ends connections that a library of this process holds and gives no handle to: it sees that the peer has left
 * (shutdown(2); the descriptor stays its own). Answers how many, which is 0 where that is not to be had.
 */
export async function cutConnections(rows: readonly TcpRow[]): Promise<number> {
  if (rows.length === 0) return 0;
  try {
    const { default: koffi } = await import('koffi');
    const shutdown = koffi.load(null).func('int shutdown(int fd, int how)') as (fd: number, how: number) => number;
    const names = new Set(rows.map(({ inode }) => `socket:[${inode}]`));
    return readdirSync(OWN).filter((fd) => names.has(nameOf(fd)) && shutdown(Number(fd), BOTH_WAYS) === 0).length;
  } catch {
    return 0;
  }
}

function nameOf(fd: string): string {
  try {
    return readlinkSync(`${OWN}/${fd}`);
  } catch {
    return ''; // It was closed meanwhile.
  }
}
