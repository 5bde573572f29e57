import { after, sleep } from '../base/timers.js';
import type { Clock } from '../base/clock.js';
import { KlorosError, PermanentError } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { Consumer, Delivery, Outcome } from '../bus/bus.js';
import { runAttempt, type AttemptPlan } from './attempt.js';
import { Admission } from './admission.js';
import { backoffDelayMs, type BackoffOptions } from './backoff.js';
import type { BreakerPolicy } from './breaker.js';
import type { Committable } from './answer.js';
import type { Gate } from './gate.js';
import type { Pulse } from './pulse.js';
import { reportEnd, type AttemptTimes, type Report } from './report-end.js';

/** What a delivery loop needs. */
export interface DeliveryOptions {
  consumer: Consumer;
  gate: Gate;
  /** Runs the handler and makes signals of its answer. */
  handle: (delivery: Delivery, abort: AbortSignal) => Promise<Committable>;
  concurrency: number;
  /** One at a time, settled before the next is claimed. */
  ordered: boolean;
  /** Claims no more than it can start, so that a more urgent one may still go first. */
  urgentFirst: boolean;
  timeoutMs: number;
  pollMs: number;
  backoff: BackoffOptions;
  breaker: BreakerPolicy;
  random: () => number;
  clock: Clock;
  log: Logger;
  /** Told of every turn and every end. */
  pulse?: Pulse;
  /** Told of every attempt that is settled. */
  count?: (report: Report) => void;
}

const MOST_CLAIMED = 500;
/** Work claimed ahead is what the handlers are expected to do in this time. */
const AHEAD_MS = 50;
/** How long a handler that was told to end may take. */
export const GRACE_MS = 5_000;
const RETRY_SETTLE_MS = 1_000;
const SMOOTHING = 0.2;

/**
 * Claims, handles and settles until it is stopped.
 *
 * A delivery is claimed (counted and held) → queued here → running → settling → gone.
 * New ones are claimed while fewer than the limit are open. The limit follows the measured handling time, so a quick
 * handler works in large batches and a slow one hoards nothing that another instance could do. Settlements of a quick
 * handler overlap the next attempts and share their commits. Stopping: nothing is claimed or started any more, what
 * runs may end within drainMs, then it is aborted; what was not done is given back. While the gate is shut nothing is
 * claimed either, what runs ends in its own time, and what was claimed ahead is given back at once.
 */
export class DeliveryLoop {
  readonly #options: DeliveryOptions;
  readonly #stop = new AbortController();
  readonly #giveUp = new AbortController();
  readonly #admission: Admission;
  readonly #settling = new Set<Promise<void>>();
  #queue: Delivery[] = [];
  #running = 0;
  #open = 0;
  #handlingMs: number | undefined;
  #retryAtMs = Infinity;
  #rest: AbortController | undefined;
  #progressed = false;
  #progress: () => void = () => undefined;
  #hung: (error: KlorosError) => void = () => undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#admission = new Admission({ ...options, beat: () => options.pulse?.turn(this.#open) });
    options.gate.onChange(() => this.#startQueued());
  }

  /** Works until stop(); rejects when a handler does not end, because only the end of the process frees its slot. */
  async run(): Promise<void> {
    const hung = new Promise<never>((_resolve, reject) => (this.#hung = reject));
    await Promise.race([this.#work(), hung]);
  }

  /** Ends in order; what still runs after drainMs is aborted. */
  async stop(drainMs: number): Promise<void> {
    this.#stop.abort();
    this.#rest?.abort();
    this.#progress();
    const timer = after(drainMs, () => this.#giveUp.abort());
    this.#queue = [];
    while (this.#settling.size > 0) await Promise.all(this.#settling);
    timer.clear();
    await this.#admission.close();
    await this.#options.consumer.close();
  }

  async #work(): Promise<void> {
    let maybeMore = true;
    while (!this.#stop.signal.aborted) {
      this.#options.pulse?.turn(this.#open);
      const room = maybeMore ? this.#room() : 0;
      const claimed = room > 0 ? await this.#claim(room) : [];
      this.#enqueue(claimed);
      if (claimed.length === room && room > 0) continue;
      maybeMore = await this.#idle(maybeMore && room === 0);
    }
  }

  /** Resolves with whether there may be more to claim. */
  async #idle(full: boolean): Promise<boolean> {
    const { consumer, pollMs, clock } = this.#options;
    // What ended while it claimed. A full one has just looked: it waits for the next to end, or it would spin for ever.
    if (this.#progressed && !full && this.#open === 0) return true;
    const progressed = new Promise<boolean>((resolve) => {
      this.#progress = () => resolve(full || this.#open === 0);
    });
    if (full) return progressed;
    const ended = (this.#rest = new AbortController());
    if (this.#stop.signal.aborted) return false;
    const waitMs = Math.max(1, Math.min(pollMs, this.#retryAtMs - clock.monotonicMs()));
    const woken = consumer.wait(waitMs, ended.signal).then(() => true);
    try {
      return await Promise.race([woken, progressed]);
    } finally {
      ended.abort();
      if (clock.monotonicMs() >= this.#retryAtMs) this.#retryAtMs = Infinity;
    }
  }

  #room(): number {
    const limit = this.#limit();
    // Claiming again at half full keeps the number of claims low without running dry.
    return this.#open * 2 > limit ? 0 : limit - this.#open;
  }

  #limit(): number {
    const { concurrency, ordered, urgentFirst } = this.#options;
    if (ordered) return 1;
    if (urgentFirst || this.#handlingMs === undefined) return concurrency;
    const ahead = Math.ceil((concurrency * AHEAD_MS) / Math.max(this.#handlingMs, 0.05));
    return Math.min(MOST_CLAIMED, concurrency + ahead);
  }

  async #claim(room: number): Promise<Delivery[]> {
    this.#progressed = false;
    try {
      const admitted = await this.#admission.admit(room, this.#stop.signal);
      const claimed = admitted === 0 ? [] : await this.#options.consumer.claim(admitted);
      this.#admission.claimed(claimed);
      return claimed;
    } catch (error) {
      if (this.#stop.signal.aborted) return [];
      this.#options.log.error({ err: error }, 'Nothing can be claimed; tried again in a second');
      await this.#options.consumer.wait(RETRY_SETTLE_MS, this.#stop.signal);
      return [];
    }
  }

  #enqueue(deliveries: readonly Delivery[]): void {
    this.#open += deliveries.length;
    this.#queue.push(...deliveries);
    this.#startQueued();
  }

  #startQueued(): void {
    if (this.#admission.isShut) for (const delivery of this.#queue.splice(0)) this.#track(this.#giveBack(delivery));
    while (this.#running < this.#options.concurrency && !this.#stop.signal.aborted) {
      const delivery = this.#queue.shift();
      if (delivery === undefined) return;
      this.#start(delivery);
    }
  }

  #start(delivery: Delivery): void {
    this.#running += 1;
    this.#track(this.#attempt(delivery));
  }

  #track(ending: Promise<void>): void {
    const settling = ending.finally(() => {
      this.#options.pulse?.ended();
      this.#settling.delete(settling);
      this.#open -= 1;
      this.#progressed = true;
      this.#progress();
    });
    this.#settling.add(settling);
  }

  async #attempt(delivery: Delivery): Promise<void> {
    const { clock } = this.#options;
    const [startedMs, waitedMs] = [clock.monotonicMs(), clock.nowMs() - delivery.receivedAtMs];
    const end = await runAttempt(this.#planOf(delivery));
    this.#running -= 1;
    const times = { waitedMs, handlingMs: clock.monotonicMs() - startedMs };
    this.#noteHandlingMs(times.handlingMs);
    if (end.kind === 'hung') return this.#hung(hungError(delivery));
    const outcome = this.#admission.ended(delivery, end);
    this.#startQueued();
    if ('delayMs' in outcome) this.#retryAtMs = Math.min(this.#retryAtMs, clock.monotonicMs() + outcome.delayMs);
    await this.#settle(delivery, outcome, times);
  }

  #planOf(delivery: Delivery): AttemptPlan {
    const { timeoutMs, backoff, random, handle } = this.#options;
    const retryDelayMs = backoffDelayMs(delivery.attempt, backoff, random);
    const run = async (abort: AbortSignal) => {
      if (delivery.signal.unreadable !== undefined) throw unreadableError(delivery.signal);
      return handle(delivery, abort);
    };
    return { timeoutMs, graceMs: GRACE_MS, stopping: this.#giveUp.signal, retryDelayMs, run };
  }

  /** Its attempt was never made. What cannot be written is kept by the lease, which ends with this process. */
  async #giveBack(delivery: Delivery): Promise<void> {
    await this.#options.consumer.settle(delivery, { kind: 'release' }).catch(() => undefined);
  }

  /** What a handler did is not done again because the disk is full for a while: it is kept and settled later. */
  async #settle(delivery: Delivery, outcome: Outcome, times: AttemptTimes): Promise<void> {
    const { consumer, log, count } = this.#options;
    for (;;) {
      try {
        const report = { ...times, delivery, outcome, settled: await consumer.settle(delivery, outcome) };
        reportEnd(log, report);
        count?.(report);
        return;
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        log.error({ err: error, id: delivery.signal.id }, 'The outcome cannot be written; tried again in a second');
        this.#options.pulse?.turn(this.#open);
        await sleep(RETRY_SETTLE_MS);
      }
    }
  }

  #noteHandlingMs(ms: number): void {
    this.#handlingMs = this.#handlingMs === undefined ? ms : this.#handlingMs + SMOOTHING * (ms - this.#handlingMs);
  }
}

/** An older version let it in; no handler may take its absent facts for its facts. */
function unreadableError({ signal, unreadable = '' }: Delivery['signal']): PermanentError {
  return new PermanentError({
    code: 'UNREADABLE_FRAME',
    message: `A ${signal} of the journal cannot be read`,
    why: unreadable,
    next: ['kloros dlq show ID   # its content is in the dead letter'],
  });
}

function hungError({ signal }: Delivery): KlorosError {
  return new KlorosError({
    code: 'HANDLER_HUNG',
    message: `The handler of ${signal.signal} ${signal.id} did not end when told to`,
    why: 'only the end of this process frees its slot; the attempt counts',
    next: ['the supervisor starts the daemon again'],
  });
}
