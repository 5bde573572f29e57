import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { endianness } from 'node:os';
import { commandOf, type ProcessDescription } from './process-identity.js';

/** One socket of this machine's TCP (proc(5)). */
export interface TcpRow {
  localPort: number;
  remotePort: number;
  /** Address and port of the other side, e.g. `127.0.0.1:50312`. */
  remote: string;
  isEstablished: boolean;
  /** Bytes that the other side has not taken yet. */
  sendQueueBytes: number;
  inode: string;
}

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
const ESTABLISHED = '01';
const IPV4_BYTES = 4;

/** All sockets of TCP that the kernel shows; none where there is no such table. */
export function tcpRows(): TcpRow[] {
  return TABLES.flatMap((table) =>
    quietly(() => readFileSync(table, 'utf8'), '')
      .split('\n')
      .slice(1)
      .flatMap((line) => rowOf(line.trim().split(/\s+/))),
  );
}

/** Who holds one of these sockets, where this user may see it. */
export function holderOfSockets(inodes: ReadonlySet<string>): ProcessDescription | undefined {
  if (inodes.size === 0) return undefined;
  const names = new Set([...inodes].map((inode) => `socket:[${inode}]`));
  const pid = pids().find((candidate) => holdsSocket(candidate, names));
  return pid === undefined ? undefined : { pid: Number(pid), command: commandOf(Number(pid)) };
}

function rowOf([, local = '', remote = '', state, queues = '', , , , , inode = '']: readonly string[]): TcpRow[] {
  if (inode === '') return [];
  return [
    {
      localPort: portOf(local),
      remotePort: portOf(remote),
      remote: addressOf(remote),
      isEstablished: state === ESTABLISHED,
      sendQueueBytes: Number.parseInt(queues, 16),
      inode,
    },
  ];
}

function portOf(address: string): number {
  return Number.parseInt(address.split(':').at(-1) ?? '', 16);
}

/** The kernel writes an address as words of four bytes in the order of this machine. */
function addressOf(address: string): string {
  const bytes = Buffer.from(address.split(':')[0] ?? '', 'hex');
  if (endianness() === 'LE') bytes.swap32();
  const host =
    bytes.length === IPV4_BYTES ? bytes.join('.') : `[${bytes.toString('hex').replaceAll(/.{4}(?!$)/g, '$&:')}]`;
  return `${host}:${portOf(address)}`;
}

function pids(): string[] {
  return quietly(() => readdirSync('/proc'), []).filter((entry) => /^\d+$/.test(entry));
}

function holdsSocket(pid: string, names: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`;
  return quietly(() => readdirSync(folder), []).some((fd) =>
    names.has(quietly(() => readlinkSync(`${folder}/${fd}`), '')),
  );
}

/** Processes come and go while they are looked at, and some belong to others. */
function quietly<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
