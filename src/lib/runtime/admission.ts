import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/log.js';
import { WakeUp } from '../base/wake-up.js';
import type { Consumer, Delivery, Outcome } from '../bus/bus.js';
import type { AttemptEnd } from './attempt.js';
import { backoffDelayMs, type BackoffOptions } from './backoff.js';
import { afterAttempt, afterClaim, breakerAt, claimable, CLOSED, type BreakerPolicy } from './breaker.js';
import type { Gate } from './gate.js';

/** What decides how much may be claimed. */
export interface AdmissionOptions {
  consumer: Pick<Consumer, 'report'>;
  gate: Gate;
  breaker: BreakerPolicy;
  backoff: BackoffOptions;
  random: () => number;
  clock: Clock;
  log: Logger;
  /** Called now and then while it waits, for those who watch whether the loop stands still. */
  beat: () => void;
}

/** How an attempt ended, but for a handler that hangs. */
type Ended = Exclude<AttemptEnd, { kind: 'hung' }>;

/** A signal whose attempts were given back so often, while others went well in between, is to blame itself. */
const MOST_GIVEN_BACK = 5;
const MOST_PAUSES = 8;
const MOST_REMEMBERED = 10_000;
const LONGEST_REST_MS = 1_000;

/**
 * Decides how much a daemon may claim: nothing while its gate is shut or its breaker is open, one signal while the
 * breaker probes, else as much as there is room for. A signal in whose attempt the machine failed is given back, and
 * waits longer each time, so that the next probe is another signal and one bad one is not mistaken for the machine.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #changed = new WakeUp();
  readonly #givenBack = new Map<number, number>();
  #state = CLOSED;
  #outage: { sinceMs: number; error: string } | undefined;
  #unreported = false;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    options.gate.onChange(() => this.#changed.call());
  }

  /** Whether what was claimed and not begun is to be given back. */
  get isShut(): boolean {
    return this.#options.gate.isShut || this.#state.kind === 'open';
  }

  /** How many of `room` may be claimed; waits until any may be, and is 0 only after the abort. */
  async admit(room: number, abort: AbortSignal): Promise<number> {
    for (;;) {
      await this.#options.gate.look();
      const nowMs = this.#options.clock.monotonicMs();
      this.#state = breakerAt(this.#state, nowMs);
      if (this.#unreported) await this.#report();
      const admitted = abort.aborted || this.#options.gate.isShut ? 0 : claimable(this.#state, room);
      if (admitted > 0 || abort.aborted) return admitted;
      this.#options.beat();
      const leftMs = this.#state.kind === 'open' ? this.#state.untilMs - nowMs : LONGEST_REST_MS;
      await this.#changed.rest(Math.max(1, Math.min(leftMs, LONGEST_REST_MS)), abort);
    }
  }

  /** What was claimed, of what was admitted. */
  claimed([first]: readonly Delivery[]): void {
    this.#state = afterClaim(this.#state, first?.token);
  }

  /** Takes in how an attempt ended, and answers how it is settled. */
  ended({ seq, token }: Delivery, end: Ended): Outcome {
    const times = end.kind === 'machine' ? this.#countGivenBack(seq) : 0;
    if (end.kind !== 'machine') this.#givenBack.delete(seq);
    const isOwnFault = times >= MOST_GIVEN_BACK && this.#state.kind === 'closed' && this.#state.failures === 0;
    const news = end.kind === 'release' || isOwnFault ? 'undecided' : newsOf(end);
    const nowMs = this.#options.clock.monotonicMs();
    this.#state = afterAttempt(this.#state, { token, news, nowMs }, this.#options.breaker);
    this.#tell(end);
    if (end.kind !== 'machine') return end;
    const delayMs = this.#delayMs(times);
    return isOwnFault ? { kind: 'retry', failure: end.failure, delayMs } : { kind: 'release', delayMs };
  }

  /** Beyond the next probes, the more the oftener it was given back: else the same signal would be the probe each time. */
  #delayMs(times: number): number {
    const usualMs = backoffDelayMs(times, this.#options.backoff, this.#options.random);
    return this.#state.kind === 'open'
      ? Math.max(usualMs, this.#state.pauseMs * Math.min(1 + times, MOST_PAUSES))
      : usualMs;
  }

  /** A daemon that stops leaves no outage behind. */
  async close(): Promise<void> {
    if (this.#outage === undefined) return;
    this.#outage = undefined;
    await this.#report();
  }

  #countGivenBack(seq: number): number {
    if (this.#givenBack.size > MOST_REMEMBERED) this.#givenBack.clear();
    const times = (this.#givenBack.get(seq) ?? 0) + 1;
    this.#givenBack.set(seq, times);
    return times;
  }

  #tell(end: Ended): void {
    const { log, clock } = this.#options;
    if (this.#state.kind === 'closed' && this.#outage) {
      log.info(`The machine works again; nothing was lost in ${Math.round(clock.nowMs() - this.#outage.sinceMs)} ms`);
      this.#outage = undefined;
      this.#unreported = true;
    }
    if (end.kind === 'machine' && this.#state.kind === 'closed')
      log.warn({ error: end.failure.error }, 'The machine failed in an attempt, which does not count');
    if (end.kind === 'machine' && this.#state.kind === 'open') {
      const { error } = end.failure;
      log.error({ error }, `The machine fails: nothing is claimed for ${this.#state.pauseMs} ms, then one signal`);
      this.#outage = { sinceMs: this.#outage?.sinceMs ?? clock.nowMs(), error };
      this.#unreported = true;
    }
    this.#changed.call();
  }

  /** A full disk cannot take it: it is tried again, and the log has it. */
  async #report(): Promise<void> {
    const { consumer, log, clock } = this.#options;
    const pauseMs = this.#state.kind === 'open' ? this.#state.untilMs - clock.monotonicMs() : 0;
    const outage = this.#outage && { ...this.#outage, probeAtMs: Math.round(clock.nowMs() + pauseMs) };
    try {
      await consumer.report(outage ?? null);
      this.#unreported = false;
    } catch (error) {
      log.debug({ err: error }, 'That the machine fails cannot be written to the journal');
    }
  }
}

function newsOf({ kind }: Ended): 'machine failed' | 'machine worked' {
  return kind === 'machine' ? 'machine failed' : 'machine worked';
}
