import { cutText } from '../../base/cut-text.js';
import type { Logger } from '../../base/log.js';
import { holderOfSockets, tcpRows, type TcpRow } from '../../base/tcp-table.js';

/** What waits for the subscribers of one port. */
export interface SubscriberQueuesOptions {
  port: number;
  label: string;
  log?: Logger | undefined;
  /** Told of a subscriber that does not take what is published: its process, else its address. */
  onStuck: (who: string) => void;
}

/** A subscriber for which something waited at every look, and how much was published meanwhile: no more can wait for it. */
interface Congestion {
  bytes: number;
  looks: number;
  isReported: boolean;
}

/** A subscriber that takes nothing is cut by TCP after this time; one that takes a little, by the bytes. */
export const STUCK_MS = 5_000;
/** No more than this waits for one subscriber (D12). */
const MOST_WAITING_BYTES = 64 * 1024 * 1024;
/** At one look a second: shorter is nothing but a busy moment. */
const LOOKS_TO_REPORT = 2;
const LONGEST_COMMAND = 120;

/**
 * What waits for one subscriber is invisible in ZeroMQ. The kernel shows whether it takes what is sent: while its queue
 * there is empty, nothing waits here. So the queue for a subscriber holds no more than was published since that was last
 * seen.
 */
export class SubscriberQueues {
  readonly #options: SubscriberQueuesOptions;
  readonly #congested = new Map<number, Congestion>();

  constructor(options: SubscriberQueuesOptions) {
    this.#options = options;
  }

  /** Looks at all subscribers, of whom each was sent `bytes` at most since the last look; those for whom too much waits. */
  look(bytes: number): TcpRow[] {
    const { port } = this.#options;
    const rows = tcpRows();
    const waiting = rows.filter((row) => row.localPort === port && row.isEstablished && row.sendQueueBytes > 0);
    const ports = new Set(waiting.map(({ remotePort }) => remotePort));
    for (const remotePort of this.#congested.keys()) if (!ports.has(remotePort)) this.#congested.delete(remotePort);
    for (const row of waiting) this.#note(row, bytes, rows);
    return waiting.filter(({ remotePort }) => (this.#congested.get(remotePort)?.bytes ?? 0) > MOST_WAITING_BYTES);
  }

  /** All connections have ended. */
  forget(): void {
    this.#congested.clear();
  }

  #note({ remotePort, remote }: TcpRow, bytes: number, rows: readonly TcpRow[]): void {
    const known = this.#congested.get(remotePort);
    if (known === undefined) return void this.#congested.set(remotePort, { bytes, looks: 1, isReported: false });
    known.bytes += bytes;
    known.looks += 1;
    if (known.looks < LOOKS_TO_REPORT || known.isReported) return;
    known.isReported = true;
    const { log, label, port, onStuck } = this.#options;
    const who = subscriberAt(remotePort, { port, rows }) ?? remote;
    onStuck(who);
    log?.warn(
      { waitingBytes: known.bytes, remotePort },
      `${who}, a subscriber of ${label}, does not take what is published; it is cut in a moment`,
    );
  }
}

/** The process at the other end, where it is one of this machine and may be seen. */
function subscriberAt(remotePort: number, at: { port: number; rows: readonly TcpRow[] }): string | undefined {
  const ends = at.rows.filter((row) => row.localPort === remotePort && row.remotePort === at.port);
  const holder = holderOfSockets(new Set(ends.map(({ inode }) => inode)));
  return holder && `process ${holder.pid} (${cutText(holder.command, LONGEST_COMMAND)})`;
}
