import { z } from 'zod';
import { momentSchema, stepBetween, type Moment } from '../base/clock-step.js';
import { own } from '../base/own.js';
import type { StateChange } from '../bus/bus.js';

const KEY = 'expect:clock';
/** The journal's times of what is still waited for lie behind few steps of a clock. */
const MOST_STEPS = 20;
/** So seldom is it noted where the clocks stand; that shows only after a restart. */
const NOTED_EVERY_MS = 60_000;

/**
 * The wall clock was set between two looks. What the journal took before the first of them has times of the old clock;
 * what it took between them came within this time of the new one, whatever it says.
 */
const stepSchema = z.object({
  beforeSeq: z.number(),
  stepMs: z.number(),
  untilSeq: z.number(),
  fromMs: z.number(),
  toMs: z.number(),
});
const keptSchema = z.object({ moment: momentSchema, newest: z.number(), steps: z.array(stepSchema) });
type Kept = z.output<typeof keptSchema>;

/** What the journal took, and when, by the clock of that time. */
export interface Taken {
  seq: number;
  saidAtMs: number;
}

/** The journal's times, told by the wall clock of now: a wait has lasted as long as it has, whoever set the clock. */
export class JournalTime {
  #kept: Kept | undefined;
  #notedMs: number | undefined;
  #isNews = false;
  /** By how much the clock was set since this began, in milliseconds. */
  totalMs = 0;

  constructor(state: Readonly<Record<string, unknown>>) {
    this.#kept = keptSchema.safeParse(own(state, KEY)).data;
    this.#notedMs = this.#kept?.moment.wallMs;
  }

  /** A look at both clocks and the end of the journal; answers by how much the clock was set since the last one. */
  look(moment: Moment, newest: number): number {
    const before = this.#kept;
    const stepMs = before === undefined ? 0 : stepBetween(before.moment, moment);
    const step = before && {
      ...{ beforeSeq: before.newest, untilSeq: newest, stepMs },
      ...{ fromMs: before.moment.wallMs + stepMs, toMs: moment.wallMs },
    };
    const steps = [...(before?.steps ?? []), ...(step && stepMs !== 0 ? [step] : [])].slice(-MOST_STEPS);
    this.#kept = { moment, newest, steps };
    this.#isNews = stepMs !== 0 || Math.abs(moment.wallMs - (this.#notedMs ?? -Infinity)) >= NOTED_EVERY_MS;
    this.totalMs += stepMs;
    return stepMs;
  }

  /** When it was taken, and never later than now. */
  of({ seq, saidAtMs }: Taken, nowMs: number): number {
    let atMs = saidAtMs;
    for (const { beforeSeq, untilSeq, stepMs, fromMs, toMs } of this.#kept?.steps ?? []) {
      if (seq <= beforeSeq) atMs += stepMs;
      else if (seq <= untilSeq) atMs = Math.min(Math.max(atMs, fromMs), toMs);
    }
    return Math.min(atMs, nowMs);
  }

  /** What has to be kept for the next process. */
  take(): StateChange[] {
    if (!this.#isNews) return [];
    this.#isNews = false;
    this.#notedMs = this.#kept?.moment.wallMs;
    return [{ key: KEY, value: this.#kept }];
  }
}
