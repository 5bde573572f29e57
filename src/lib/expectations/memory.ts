import { own } from '../base/own.js';
import type { StateChange } from '../bus/bus.js';
import type { Answer, OpenTrigger, Told } from './open-triggers.js';
import type { Expectation } from './expectation.js';

/** A trigger of which a timeout was said, and the completion that came after all. */
export interface Overran {
  trigger: OpenTrigger & { told: Told };
  answer: Answer | null;
}

/** What is remembered of one pair over a restart. */
export interface Remembered {
  /** Everything up to here was read, and is answered or remembered below; null at the first look. */
  position: number | null;
  overran: Overran[];
  /** Triggers that are settled without an answer, and since when. */
  settled: Map<string, number>;
}

/**
 * Keys of the state, each written in the transaction of what was said with it:
 * `expect:<after>><until>`            up to where the journal was read
 * `overran:<until>:<trigger id>`      a timeout that was said, and the late answer
 * `settled:<until>:<trigger id>`      since when the work at a trigger counts that the journal forgot
 */
export class Memory {
  readonly #expectation: Pick<Expectation, 'after' | 'until'>;

  constructor(expectation: Pick<Expectation, 'after' | 'until'>) {
    this.#expectation = expectation;
  }

  read(state: Readonly<Record<string, unknown>>): Remembered {
    const position = own(state, this.#positionKey);
    return {
      position: typeof position === 'number' ? position : null,
      overran: below(state, this.#overran('')).flatMap(([, value]) => (isOverran(value) ? [value] : [])),
      settled: new Map(
        below(state, this.#settled('')).flatMap(([id, value]) => (typeof value === 'number' ? [[id, value]] : [])),
      ),
    };
  }

  position(seq: number): StateChange {
    return { key: this.#positionKey, value: seq };
  }

  overran(overran: Overran): StateChange {
    return { key: this.#overran(overran.trigger.id), value: overran };
  }

  forget(id: string): StateChange {
    return { key: this.#overran(id), value: null };
  }

  settled(id: string, sinceMs: number | null): StateChange {
    return { key: this.#settled(id), value: sinceMs };
  }

  get #positionKey(): string {
    const { after, until } = this.#expectation;
    return `expect:${after}>${until}`;
  }

  #overran(id: string): string {
    return `overran:${this.#expectation.until}:${id}`;
  }

  #settled(id: string): string {
    return `settled:${this.#expectation.until}:${id}`;
  }
}

function below(state: Readonly<Record<string, unknown>>, prefix: string): [string, unknown][] {
  return Object.entries(state).flatMap(([key, value]) =>
    key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
  );
}

/** Only this file writes such values, so that their kind says enough. */
function isOverran(value: unknown): value is Overran {
  return typeof value === 'object' && value !== null && 'trigger' in value && 'answer' in value;
}
