import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { commandOf, type ProcessDescription } from './process-identity.js';

/** What keeps a port of this machine from being bound. */
export interface PortUse {
  /** A client's own end of a connection holds a port as well as somebody who listens. */
  kind: 'listens' | 'connection' | 'closing';
  /** Where this user may see it. */
  holder: ProcessDescription | undefined;
  uid: string;
}

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
const RANGE = '/proc/sys/net/ipv4/ip_local_port_range';
const RESERVED = '/proc/sys/net/ipv4/ip_local_reserved_ports';
const LISTEN = '0A';
const TIME_WAIT = '06';
const ADDRESS_FIELD = 1;
const STATE_FIELD = 3;
const UID_FIELD = 7;
const INODE_FIELD = 9;
const MOST_COMMAND = 120;

/** Who listens on a port of this machine, where this user may see it (proc(5)). */
export function portHolder(port: number): ProcessDescription | undefined {
  return holderOf(socketsAt(port).filter((fields) => fields[STATE_FIELD] === LISTEN));
}

/** By whom and how a port is used; undefined where no socket that is to be seen is bound to it. */
export function portUse(port: number): PortUse | undefined {
  const all = socketsAt(port);
  const listening = all.filter((fields) => fields[STATE_FIELD] === LISTEN);
  const open = all.filter((fields) => fields[STATE_FIELD] !== TIME_WAIT);
  const meant = [listening, open, all].find((some) => some.length > 0);
  if (meant === undefined) return undefined;
  const kind = meant === listening ? 'listens' : meant === open ? 'connection' : 'closing';
  return { kind, holder: holderOf(meant), uid: meant[0]?.[UID_FIELD] ?? '?' };
}

/** Who has a port, in one clause, e.g. `process 42 (nginx) listens there`. */
export function portWords(use: PortUse | undefined): string {
  if (use === undefined)
    return 'a socket is bound to it that neither listens nor is connected, or one of another container';
  if (use.kind === 'closing') return 'a connection from it has just been closed (TIME_WAIT)';
  const { holder, uid } = use;
  const who = holder ? `process ${holder.pid} (${holder.command.slice(0, MOST_COMMAND)})` : `a process of user ${uid}`;
  return use.kind === 'listens' ? `${who} listens there` : `${who} has it as its own end of a connection`;
}

/** What shows who has a port, and keeps it free of connections that the kernel chose it for. */
export function portAdvice(port: number, use: PortUse | undefined): string[] {
  const isChosen = use?.kind !== 'listens' && isEphemeral(port);
  return [
    `see who has it: ss -tanp 'sport = :${port}'`,
    ...(isChosen ? [`keep the kernel from choosing it: sysctl net.ipv4.ip_local_reserved_ports=${port}`] : []),
  ];
}

/** Whether the kernel may give a port to any program's outgoing connection. */
export function isEphemeral(port: number): boolean {
  const [lowest = Infinity, highest = 0] = quietly(() => readFileSync(RANGE, 'utf8'), '')
    .trim()
    .split(/\s+/)
    .map(Number);
  return port >= lowest && port <= highest && !isReserved(port);
}

/** The list is of ports and of ranges, e.g. `7776-7782,9090`. */
function isReserved(port: number): boolean {
  const parts = quietly(() => readFileSync(RESERVED, 'utf8'), '')
    .trim()
    .split(',')
    .filter(Boolean);
  return parts.some((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return port >= first && port <= last;
  });
}

function socketsAt(port: number): string[][] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return TABLES.flatMap((table) => quietly(() => readFileSync(table, 'utf8'), '').split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[ADDRESS_FIELD]?.endsWith(suffix));
}

function holderOf(sockets: readonly string[][]): ProcessDescription | undefined {
  const inodes = new Set(sockets.map((fields) => `socket:[${fields[INODE_FIELD] ?? ''}]`));
  if (inodes.size === 0) return undefined;
  const pid = pids().find((candidate) => holdsSocket(candidate, inodes));
  return pid === undefined ? undefined : { pid: Number(pid), command: commandOf(Number(pid)) };
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
