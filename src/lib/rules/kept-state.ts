import type { z } from 'zod';
import type { StateChange } from '../bus/bus.js';
import { momentSchema, moved, stepBetween, type Moment } from '../base/clock-step.js';

/** So seldom is it noted where the clocks stand: it shows only after another start of the machine. */
const NOTED_EVERY_MS = 60_000;

/** A daemon's state while one signal is decided: read whole, changed here, and what changed written with what was said. */
export class KeptState {
  readonly #values: Map<string, unknown>;
  readonly #changes = new Map<string, unknown>();

  constructor(state: Readonly<Record<string, unknown>>) {
    this.#values = new Map(Object.entries(state));
  }

  /** A value; undefined where there is none that fits. */
  get<T>(key: string, schema: z.ZodType<T>): T | undefined {
    return schema.safeParse(this.#values.get(key)).data;
  }

  /** Those whose key begins so, by the rest of it; what does not fit is left out. */
  all<T>(prefix: string, schema: z.ZodType<T>): [rest: string, value: T][] {
    return [...this.#values].flatMap(([key, value]): [string, T][] => {
      const parsed = key.startsWith(prefix) ? schema.safeParse(value) : undefined;
      return parsed?.success === true ? [[key.slice(prefix.length), parsed.data]] : [];
    });
  }

  /** Null removes it. */
  set(key: string, value: unknown): void {
    if (value === null) this.#values.delete(key);
    else this.#values.set(key, value);
    this.#changes.set(key, value);
  }

  /**
   * A wall clock that was set takes what is remembered along, so that every wait has left what it had. Where both clocks
   * stand is kept under a key. Answers by how much the clock was set, in milliseconds.
   */
  follow(clockKey: string, now: Moment, prefixes: readonly string[]): number {
    const before = this.get(clockKey, momentSchema);
    const stepMs = before === undefined ? 0 : stepBetween(before, now);
    if (stepMs !== 0)
      for (const [key, value] of [...this.#values])
        if (prefixes.some((prefix) => key.startsWith(prefix)))
          this.set(key, moved(value, stepMs, Array.isArray(value)));
    if (stepMs !== 0 || before === undefined || now.wallMs - before.wallMs > NOTED_EVERY_MS) this.set(clockKey, now);
    return stepMs;
  }

  /** What has to be written. */
  changes(): StateChange[] {
    return [...this.#changes].map(([key, value]) => ({ key, value }));
  }
}
