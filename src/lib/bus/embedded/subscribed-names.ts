/** What a name costs besides its bytes. */
const NAME_BYTES = 8;
/** Waited for after a renewal; those that were subscribed to first are what the port is for. */
const MOST_AWAITED = 100;

/**
 * The names that peers subscribed to at one socket, and, when it was replaced by a new one, which of the oldest have not
 * come back yet: what is published before that, their subscribers miss.
 */
export class SubscribedNames {
  readonly #counts = new Map<string, number>();
  /** How often each of the oldest was subscribed to before the renewal, and has not been again. */
  readonly #missing = new Map<string, number>();
  /** Those that were waited for once: older than whatever came after that renewal. */
  readonly #oldest = new Set<string>();
  #bytes = 0;

  /** About what they cost in a socket, in bytes of names. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether some of the oldest have not come back. */
  get isIncomplete(): boolean {
    return this.#missing.size > 0;
  }

  /** A subscription came (1) or went (-1). */
  note(name: string, change: 1 | -1): void {
    this.#bytes += change * (name.length + NAME_BYTES);
    const count = (this.#counts.get(name) ?? 0) + change;
    if (count > 0) this.#counts.set(name, count);
    else this.#counts.delete(name);
    if (count >= (this.#missing.get(name) ?? 0)) this.#missing.delete(name);
  }

  /** All connections have ended. */
  renew(): void {
    for (const name of [...this.#oldest, ...this.#counts.keys()]) {
      if (this.#missing.size >= MOST_AWAITED) break;
      const count = Math.max(this.#missing.get(name) ?? 0, this.#counts.get(name) ?? 0);
      if (count > 0) this.#missing.set(name, count);
    }
    this.#oldest.clear();
    for (const name of this.#missing.keys()) this.#oldest.add(name);
    this.#counts.clear();
    this.#bytes = 0;
  }

  /** Whoever has not come back is gone. */
  forgetMissing(): void {
    this.#missing.clear();
  }
}
