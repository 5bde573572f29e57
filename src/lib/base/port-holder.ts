import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { commandOf, type ProcessDescription } from './process-identity.js';

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
const LISTEN = '0A';
const ADDRESS_FIELD = 1;
const STATE_FIELD = 3;
const INODE_FIELD = 9;

/** Who listens on a port of this machine, where this user may see it (proc(5)). */
export function portHolder(port: number): ProcessDescription | undefined {
  const inodes = new Set(TABLES.flatMap((table) => listeningInodes(table, port)));
  if (inodes.size === 0) return undefined;
  const pid = pids().find((candidate) => holdsSocket(candidate, inodes));
  return pid === undefined ? undefined : { pid: Number(pid), command: commandOf(Number(pid)) };
}

function listeningInodes(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return quietly(() => readFileSync(table, 'utf8'), '')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[ADDRESS_FIELD]?.endsWith(suffix) && fields[STATE_FIELD] === LISTEN)
    .map((fields) => `socket:[${fields[INODE_FIELD] ?? ''}]`);
}

function pids(): string[] {
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
}

function holdsSocket(pid: string, inodes: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`;
  return quietly(() => readdirSync(folder), []).some((fd) =>
    inodes.has(quietly(() => readlinkSync(`${folder}/${fd}`), '')),
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
