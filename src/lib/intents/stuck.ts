import type { Departure } from './departure.js';

interface Entry {
  file: Departure;
  dueMs: number;
  delayMs: number;
}

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 60_000;

/** Files that are dealt with in the journal and could not be taken from the folder: tried again, ever more slowly. */
export class Stuck {
  readonly #entries = new Map<string, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  get(name: string): Departure | undefined {
    return this.#entries.get(name)?.file;
  }

  /** Each failure of the same file doubles the pause before the next try. */
  add(file: Departure, nowMs: number): void {
    const delayMs = Math.min((this.#entries.get(file.name)?.delayMs ?? FIRST_DELAY_MS / 2) * 2, MAX_DELAY_MS);
    this.#entries.set(file.name, { file, dueMs: nowMs + delayMs, delayMs });
  }

  forget(name: string): void {
    this.#entries.delete(name);
  }

  /** Those to be tried again now. */
  due(nowMs: number): Departure[] {
    return [...this.#entries.values()].filter(({ dueMs }) => dueMs <= nowMs).map(({ file }) => file);
  }

  /** Monotonic time of the next try; Infinity when there is none. */
  nextDueMs(): number {
    let next = Infinity;
    for (const { dueMs } of this.#entries.values()) next = Math.min(next, dueMs);
    return next;
  }
}
