import { createServer } from 'node:net';
import { KlorosError } from './errors.js';

/** Which ports are wanted. */
export interface PortWish {
  host: string;
  /** So many in a row. */
  count: number;
  /** 0 ≤ x < 1. */
  random: () => number;
}

// Below the range from which the kernel takes ports for outgoing connections, which begins at 32768.
const LOWEST = 20_000;
const HIGHEST = 32_000;
const TRIES = 200;

/** The first of consecutive ports that were free a moment ago. Throws KlorosError NO_FREE_PORTS. */
export async function freePortBase({ host, count, random }: PortWish): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const base = LOWEST + Math.floor(random() * (HIGHEST - LOWEST - count));
    const ports = Array.from({ length: count }, (_, offset) => base + offset);
    const free = await Promise.all(ports.map((port) => isFree(host, port)));
    if (free.every(Boolean)) return base;
  }
  throw new KlorosError({
    code: 'NO_FREE_PORTS',
    message: `No ${count} free ports in a row were found on ${host}`,
    why: `${TRIES} places between ${LOWEST} and ${HIGHEST} were tried`,
    next: ['see what listens: ss -tln'],
  });
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
