import type { Bus, Signal } from '../../src/lib/bus/bus.js';

/** Everything that was said, by what led to it; grows as it is read on. */
export class Chains {
  readonly #bus: Bus;
  readonly #byCause = new Map<string, Signal[]>();
  readonly signals: Signal[] = [];
  #seq = 0;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** Reads what was said since. */
  async readOn(): Promise<void> {
    for (;;) {
      const page = await this.#bus.browse({ afterSeq: this.#seq });
      for (const { seq, signal } of page) {
        this.#seq = seq;
        this.#add(signal);
      }
      if (page.length === 0) return;
    }
  }

  /** What a cause led to, of these names. */
  after(cause: string, ...names: string[]): Signal[] {
    return (this.#byCause.get(cause) ?? []).filter(({ signal }) => names.includes(signal));
  }

  /** Everything of a name. */
  named(name: string): Signal[] {
    return this.signals.filter(({ signal }) => signal === name);
  }

  #add(signal: Signal): void {
    this.signals.push(signal);
    if (signal.cause_id === null) return;
    this.#byCause.set(signal.cause_id, [...(this.#byCause.get(signal.cause_id) ?? []), signal]);
  }
}

/** Whether nobody has anything to do. */
export async function isIdle(bus: Bus): Promise<boolean> {
  return (await bus.consumers()).every(({ lag, running, waiting }) => lag + running + waiting === 0);
}
