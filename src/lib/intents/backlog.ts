import type { Urgency } from '../signals/priority.js';
import type { RefusedFile, RoutedFile } from './look.js';

/** A file that waits for its turn; what was read is kept while there is room, else it is read again. */
export interface Waiting {
  name: string;
  read?: RoutedFile | RefusedFile;
}

/** What a read file costs beside its bytes: objects, keys, map entries; measured at about 1 KiB. */
const OVERHEAD_BYTES = 1_024;
const URGENCIES: readonly Urgency[] = [0, 1, 2, 3];
const LEAST_URGENT: Urgency = 3;

/** Files that were read and wait to be routed, by urgency; in bounded memory however many they are. */
export class Backlog {
  readonly #maxBytes: number;
  readonly #byUrgency = new Map(URGENCIES.map((urgency) => [urgency, new Map<string, Waiting>()]));
  #bytes = 0;

  /** maxBytes bounds what was read and is kept; names are always kept. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#levels().reduce((sum, level) => sum + level.size, 0);
  }

  has(name: string): boolean {
    return this.#levels().some((level) => level.has(name));
  }

  /** A newer look at a file replaces the older one. */
  add(read: RoutedFile | RefusedFile): void {
    this.#drop(read.name);
    const cost = costOf(read);
    const keep = this.#bytes + cost <= this.#maxBytes;
    if (keep) this.#bytes += cost;
    const level = this.#byUrgency.get(read.kind === 'routed' ? read.urgency : LEAST_URGENT);
    level?.set(read.name, keep ? { name: read.name, read } : { name: read.name });
  }

  /** At most n, the most urgent first, and of one urgency in the order they came; only critical ones where asked. */
  take(n: number, onlyCritical: boolean): Waiting[] {
    const levels = onlyCritical ? this.#levels().slice(0, 1) : this.#levels();
    const taken: Waiting[] = [];
    for (const waiting of levels.flatMap((level) => firstOf(level, n))) {
      if (taken.length === n) break;
      taken.push(waiting);
      this.#drop(waiting.name);
    }
    return taken;
  }

  #levels(): Map<string, Waiting>[] {
    return [...this.#byUrgency.values()];
  }

  #drop(name: string): void {
    for (const level of this.#levels()) {
      const read = level.get(name)?.read;
      if (read) this.#bytes -= costOf(read);
      level.delete(name);
    }
  }
}

function firstOf(level: Map<string, Waiting>, n: number): Waiting[] {
  const first: Waiting[] = [];
  for (const waiting of level.values()) {
    if (first.length === n) break;
    first.push(waiting);
  }
  return first;
}

/** Bytes that a read file holds in memory, about. */
export function costOf(read: RoutedFile | RefusedFile): number {
  const content = read.kind === 'refused' ? (read.deadLetter.content?.length ?? 0) : read.stamp.size;
  return OVERHEAD_BYTES + content;
}
