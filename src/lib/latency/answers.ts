import type { Recorded } from '../bus/bus.js';
import { TimeHistogram, type Bin, type Distribution } from '../base/histogram.js';
import type { Probe } from './probe-run.js';

/** What probes are followed by. */
export const PROBE_SIGNALS = ['Q_CURIOSITY_INVESTIGATE', 'Q_INVESTIGATION_COMPLETE'];

/** The ways that an intent goes, in their order; `whole` is from its file to its answer in the journal. */
export const HOPS = ['routed', 'queued', 'investigated', 'whole', 'heard'] as const;
export type HopName = (typeof HOPS)[number];

/** How long a hop took over all probes that were answered. */
export interface HopTimes extends Distribution {
  hop: HopName;
}

/** What came of the probes. */
export interface Answers {
  sent: number;
  answered: number;
  /** Answered without being investigated, and why the first one was not. */
  failed: number;
  error: string | null;
  hops: HopTimes[];
  /** Of the whole. */
  bins: Bin[];
}

/**
 * Collects what becomes of probes from the journal's own times, so that how fast it is read here changes nothing;
 * only `heard`, from the answer in the journal until here, is the reader's own.
 */
export class AnswerBook {
  readonly #histograms = new Map(HOPS.map((hop) => [hop, new TimeHistogram()]));
  readonly #asked = new Map<string, Probe>();
  readonly #routedMs = new Map<string, number>();
  readonly #early: { recorded: Recorded; heardMs: number }[] = [];
  #answered = 0;
  #failed = 0;
  #error: string | null = null;

  /** A probe was asked; what came of it meanwhile is looked at now. */
  ask(probe: Probe): void {
    this.#asked.set(probe.id, probe);
    for (const { recorded, heardMs } of this.#early.splice(0)) this.hear(recorded, heardMs);
  }

  /** A signal was read at this time, epoch milliseconds. */
  hear(recorded: Recorded, heardMs: number): void {
    const { signal } = recorded;
    const probe = this.#asked.get(signal.trace);
    if (probe === undefined) {
      this.#early.push({ recorded, heardMs });
      return;
    }
    if (signal.id === probe.id) this.#routedMs.set(probe.id, recorded.receivedAtMs);
    else if (signal.cause_id === probe.id) this.#answer(probe, recorded, heardMs);
  }

  get sent(): number {
    return this.#asked.size;
  }

  get answered(): number {
    return this.#answered;
  }

  answers(): Answers {
    const hops = HOPS.map((hop) => ({ hop, ...this.#of(hop).distribution() }));
    const { sent, answered } = this;
    return { sent, answered, failed: this.#failed, error: this.#error, hops, bins: this.#of('whole').bins() };
  }

  #answer({ id, askedMs }: Probe, { signal: { facts }, receivedAtMs: doneMs }: Recorded, heardMs: number): void {
    this.#answered += 1;
    const routedMs = this.#routedMs.get(id) ?? doneMs;
    const investigatedMs = typeof facts['duration_ms'] === 'number' ? facts['duration_ms'] : 0;
    if (facts['status'] === 'failed') this.#fail(facts['error']);
    this.#of('routed').record(routedMs - askedMs);
    this.#of('queued').record(doneMs - routedMs - investigatedMs);
    this.#of('investigated').record(investigatedMs);
    this.#of('whole').record(doneMs - askedMs);
    this.#of('heard').record(heardMs - doneMs);
  }

  #fail(error: unknown): void {
    this.#failed += 1;
    this.#error ??= typeof error === 'string' ? error : 'it says no reason';
  }

  #of(hop: HopName): TimeHistogram {
    const histogram = this.#histograms.get(hop);
    if (histogram === undefined) throw new TypeError(`there is no hop ${hop}`);
    return histogram;
  }
}
