import { sleep } from '../base/timers.js';
import type { Clock } from '../base/clock.js';
import type { Bin, Distribution } from '../base/histogram.js';
import type { Bus } from '../bus/bus.js';
import type { Facts } from '../signals/envelope.js';
import type { IdMaker } from '../signals/id.js';
import { mint } from '../signals/mint.js';
import type { PrivateBus } from './private-bus.js';
import { LOAD, sharedNowMs } from './signals.js';

/** What a private bus held. */
export interface LoadFigures {
  /** Durable emits a second, each for itself, so many callers at once. */
  emittedPerSecond: number;
  /** The same in batches of a hundred. */
  emittedInBatchesPerSecond: number;
  /** From before a signal was emitted until its handler began, through the journal and three processes, at `rate` a second. */
  latency: Distribution & { rate: number; bins: (Omit<Bin, 'toMs'> & { toMs: number | null })[] };
  /** Signals a second that are durable, handled, and answered by a signal that is durable too. */
  handledPerSecond: number;
}

/** What measuring is done with. */
export interface MeasureOptions {
  clock: Clock;
  nextId: IdMaker;
  abort: AbortSignal;
  /** What is being measured now. */
  progress: (phase: string) => void;
}

const BATCH = 100;
/** Who emit at once, each waiting until its own is durable. */
const CALLERS = { single: 100, batch: 10 };
const EMIT_MS = 1_000;
const WARM_UP = 500;
const RATE = 200;
const PACED = 400;
const BURST = 5_000;

/** Loads a bus in four ways, a few seconds in all. Throws what the signal was aborted with. */
export async function measureLoad(place: PrivateBus, options: MeasureOptions): Promise<LoadFigures> {
  const load = new Load(place, options);
  await load.handled(WARM_UP);
  options.progress('durable emits');
  const emittedPerSecond = await load.emitted(1);
  const emittedInBatchesPerSecond = await load.emitted(BATCH);
  options.progress(`from emit to handler, ${RATE} a second`);
  const latency = await load.paced();
  options.progress('handled and answered');
  return { emittedPerSecond, emittedInBatchesPerSecond, latency, handledPerSecond: await load.handled(BURST) };
}

class Load {
  readonly #bus: Bus;
  readonly #place: PrivateBus;
  readonly #options: MeasureOptions;

  constructor(place: PrivateBus, options: MeasureOptions) {
    this.#bus = place.bus;
    this.#place = place;
    this.#options = options;
  }

  /** What nobody hears, while so many callers are always at it. */
  async emitted(size: number): Promise<number> {
    const { clock, abort } = this.#options;
    const startMs = clock.monotonicMs();
    let count = 0;
    const call = async () => {
      while (clock.monotonicMs() - startMs < EMIT_MS && !abort.aborted) {
        await this.#say(LOAD.unheard, {}, size);
        count += size;
      }
    };
    await Promise.all(Array.from({ length: size === 1 ? CALLERS.single : CALLERS.batch }, call));
    abort.throwIfAborted();
    return perSecond(count, clock.monotonicMs() - startMs);
  }

  /** Times are kept from the beginning, so that the rate does not drift. */
  async paced(): Promise<LoadFigures['latency']> {
    const { clock, abort } = this.#options;
    const startMs = clock.monotonicMs();
    for (let index = 0; index < PACED; index += 1) {
      const restMs = startMs + (index * 1_000) / RATE - clock.monotonicMs();
      if (restMs > 0) await sleep(restMs, abort);
      abort.throwIfAborted();
      await this.#say(LOAD.heard, { sentMs: sharedNowMs() });
    }
    return { ...(await this.#report()), rate: RATE };
  }

  /** A burst, from its first emit until the last is handled. */
  async handled(count: number): Promise<number> {
    const { clock, abort } = this.#options;
    const startMs = clock.monotonicMs();
    const facts = { sentMs: sharedNowMs(), answer: true };
    await Promise.all(Array.from({ length: count / BATCH }, () => this.#say(LOAD.heard, facts, BATCH)));
    await this.#report();
    abort.throwIfAborted();
    return perSecond(count, clock.monotonicMs() - startMs);
  }

  /** The handler works in order, so it has handled all that was said before it reports. */
  async #report() {
    const { abort } = this.#options;
    await this.#say(LOAD.report, {});
    const aborted = new Promise<never>((_, reject) => {
      abort.addEventListener('abort', () => reject(abort.reason as Error), { once: true });
    });
    return Promise.race([this.#place.handler.report(), aborted]);
  }

  #say(name: string, facts: Facts, count = 1): Promise<void> {
    const nowMs = this.#options.clock.nowMs();
    const one = () => mint({ signal: name, facts }, { id: this.#options.nextId(nowMs), source: 'bench', nowMs });
    return this.#bus.emit(Array.from({ length: count }, one));
  }
}

function perSecond(count: number, ms: number): number {
  return Math.round((count * 1_000) / ms);
}
