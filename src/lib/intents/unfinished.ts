import type { RefusedFile } from './look.js';
import { sameStamp, type Stamp } from './stamp.js';

interface Seen {
  stamp: Stamp;
  /** Monotonic milliseconds. */
  sinceMs: number;
  /** To be looked at again at this time. */
  dueMs: number;
}

/** Files that do not parse yet: each becomes an error only when it has been still for a while. */
export class Unfinished {
  readonly #stillMs: number;
  readonly #seen = new Map<string, Seen>();

  constructor(stillMs: number) {
    this.#stillMs = stillMs;
  }

  has(name: string): boolean {
    return this.#seen.has(name);
  }

  /** Whether the file has been still for long enough to be called an error; else it is remembered. */
  isStill(file: RefusedFile, nowMs: number): boolean {
    const before = this.#seen.get(file.name);
    const sinceMs = before && sameStamp(before.stamp, file.stamp) ? before.sinceMs : nowMs;
    this.#seen.set(file.name, { stamp: file.stamp, sinceMs, dueMs: sinceMs + this.#stillMs });
    return nowMs - sinceMs >= this.#stillMs;
  }

  forget(name: string): void {
    this.#seen.delete(name);
  }

  /** Names to look at again; each is named once for each time it was seen. */
  takeDue(nowMs: number): string[] {
    const due = [...this.#seen].filter(([, seen]) => seen.dueMs <= nowMs);
    for (const [, seen] of due) seen.dueMs = Infinity;
    return due.map(([name]) => name);
  }

  /** Monotonic time of the next one; Infinity when there is none. */
  nextDueMs(): number {
    let next = Infinity;
    for (const { dueMs } of this.#seen.values()) next = Math.min(next, dueMs);
    return next;
  }
}
