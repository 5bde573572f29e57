import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorCode } from '../base/errors.js';

const count = z.number().int().min(0);

/** What one socket has counted since its process began. */
const socketSchema = z.object({
  /** Port, or what the socket is called. */
  label: z.string(),
  /** Connections at that moment. */
  connections: count,
  accepted: count,
  /** Connections whose other side has greeted, where keys are asked for with the right ones. */
  greeted: count,
  /** Connections that ended: the peer left, or it was cut for a frame over the limit, a stuck queue or a renewal. */
  disconnected: count,
  /** Times that the socket was replaced by a new one, to free what peers had piled up in it. */
  renewed: count,
  /** Times that no further connection was accepted, because there were too many. */
  crowded: count,
  /** Messages beyond a bound, of which the beginning was kept or nothing, or that were refused for it. */
  dropped: count,
  /** Subscribers that did not take what was published for them. */
  stuck: count,
  /** Messages that were taken as one that had come before. */
  repeated: count,
  /** Who went beyond a bound here last: a process of this machine, or an address; null where neither is known. */
  who: z.string().nullable(),
});

const wireCountsSchema = z.object({
  daemon: z.string().min(1),
  pid: count,
  sockets: z.array(socketSchema),
  /** When a peer last went beyond a bound, in epoch milliseconds; null where none ever did. */
  troubleAtMs: z.number().nullable(),
});

/** What one socket has counted since its process began. */
export type SocketCounts = z.output<typeof socketSchema>;

/** What the sockets of one process have counted. */
export type WireCounts = z.output<typeof wireCountsSchema>;

/** Nothing counted yet. */
export function noCounts(label: string): SocketCounts {
  const [connections, bounds] = [
    { connections: 0, accepted: 0, greeted: 0, disconnected: 0 },
    { renewed: 0, crowded: 0 },
  ];
  return { label, ...connections, ...bounds, dropped: 0, stuck: 0, repeated: 0, who: null };
}

/** The bounds of a socket that peers may go beyond, and what each count of it counts. */
export const WIRE_BOUNDS = {
  stuck: 'subscribers that took nothing',
  dropped: 'messages too large',
  crowded: 'too many connections',
  renewed: 'bound again',
} as const satisfies Partial<Record<keyof SocketCounts, string>>;

/** How often peers went beyond a bound. */
export function troublesOf(counts: SocketCounts): number {
  return BOUNDS.reduce((sum, bound) => sum + counts[bound], 0);
}

/** The names of the bounds. */
export const BOUNDS = Object.keys(WIRE_BOUNDS) as (keyof typeof WIRE_BOUNDS)[];

/** The file of one process. */
export function wireCountsPath(folder: string, daemon: string): string {
  return join(folder, `${daemon}.json`);
}

/** What all processes wrote; what cannot be read is left out. */
export async function readWireCounts(folder: string): Promise<WireCounts[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  const files = names.filter((name) => name.endsWith('.json')).sort();
  return (await Promise.all(files.map((name) => readOne(join(folder, name))))).flatMap((one) => one ?? []);
}

async function readOne(path: string): Promise<WireCounts | undefined> {
  try {
    const parsed = wireCountsSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
