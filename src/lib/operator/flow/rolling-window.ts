/** What a window holds: the last so many, or those of the last so many milliseconds. */
export type WindowSize = { count: number } | { ms: number };

/** A window of time may see any rate; its memory is bounded all the same. */
const MOST = 100_000;

/** The newest values of a series; what is older than the window falls out. */
export class RollingWindow<T> {
  readonly #size: WindowSize;
  #items: { atMs: number; value: T }[] = [];
  /** Where the window begins: taking the first out one by one would move all others each time. */
  #from = 0;

  constructor(size: WindowSize) {
    this.#size = size;
  }

  add(value: T, atMs: number): void {
    this.#items.push({ atMs, value });
    this.#trim(atMs);
  }

  /** Oldest first. */
  values(nowMs: number): T[] {
    this.#trim(nowMs);
    return this.#items.slice(this.#from).map(({ value }) => value);
  }

  #trim(nowMs: number): void {
    const most = 'count' in this.#size ? this.#size.count : MOST;
    this.#from = Math.max(this.#from, this.#items.length - most);
    if ('ms' in this.#size) {
      const sinceMs = nowMs - this.#size.ms;
      while ((this.#items[this.#from]?.atMs ?? Infinity) < sinceMs) this.#from += 1;
    }
    if (this.#from * 2 <= this.#items.length) return;
    this.#items = this.#items.slice(this.#from);
    this.#from = 0;
  }
}
