import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode, KlorosError } from '../../base/errors.js';
import { portAdvice, portUse, portWords } from '../../base/port-holder.js';
import { MOVE_PORTS } from '../../config/paths.js';

/** What was said last may still be on its way out of a socket that is closed; then its port is free. */
const OWN_PORT_MS = 2_000;
const TRY_AGAIN_MS = 20;

/** Binds, and names who holds the port when it is taken. */
export async function bindOrExplain(bind: () => void | Promise<void>, endpoint: string): Promise<void> {
  const lastTryMs = performance.now() + OWN_PORT_MS;
  for (;;) {
    try {
      return await bind();
    } catch (error) {
      if (errorCode(error) !== 'EADDRINUSE') throw error;
      if (performance.now() >= lastTryMs || !mayBeOwn(endpoint)) throw portTaken(endpoint, error);
    }
    await sleep(TRY_AGAIN_MS);
  }
}

/** A port that this process had a moment ago is bound until ZeroMQ's own thread has closed it, which nothing tells of. */
function mayBeOwn(endpoint: string): boolean {
  const holder = portUse(portOf(endpoint))?.holder;
  return holder === undefined || holder.pid === process.pid;
}

function portTaken(endpoint: string, cause: unknown): KlorosError {
  const port = portOf(endpoint);
  const use = portUse(port);
  return new KlorosError({
    code: 'PORT_TAKEN',
    message: `${endpoint} cannot be bound`,
    why: portWords(use),
    next: [...portAdvice(port, use), `or move this colony: ${MOVE_PORTS}`],
    cause,
  });
}

/** The port of an endpoint of TCP; NaN of others. */
export function portOf(endpoint: string): number {
  return Number(endpoint.split(':').at(-1));
}

/** What people call an endpoint: its port. */
export function labelOf(endpoint: string): string {
  if (endpoint.startsWith('ipc:')) return `the Unix socket ${endpoint.slice(endpoint.lastIndexOf('/') + 1)}`;
  return endpoint.split(':').at(-1) ?? endpoint;
}
