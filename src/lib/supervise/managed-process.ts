import { after, sleep } from '../base/timers.js';
import { startChild, type Child, type ChildExit, type ChildOptions } from '../base/child-process.js';
import type { Clock } from '../base/clock.js';
import { KlorosError } from '../base/errors.js';
import { WakeUp } from '../base/wake-up.js';
import { parseReport } from './report.js';
import { restartDelayMs, type RestartPolicy } from './restart-policy.js';

/** Where a managed process stands; see ManagedProcess. */
export const PROCESS_STATES = ['STARTING', 'RUNNING', 'IDLE', 'BACKOFF', 'STOPPING', 'STOPPED', 'FATAL'] as const;

/** One of them. */
export type ProcessState = (typeof PROCESS_STATES)[number];

const LONG_MS = 3_600_000;
/** What only an operator mends: five starts would say it five times, and the last word would be that there were five. */
const NO_START_MENDS: ReadonlySet<string> = new Set(['JOURNAL_DAMAGED', 'JOURNAL_GONE']);

/** One step of the state machine, for logs and event streams. */
export interface Transition {
  name: string;
  state: ProcessState;
  pid?: number;
  /** Why it ended, in words; with BACKOFF, STOPPED and FATAL. */
  why?: string;
  /** Until the next start; with BACKOFF. */
  delayMs?: number;
  /** From start to ready; with RUNNING. */
  startedInMs?: number;
}

/** How to run a process, and what its keeper needs. */
export interface ManagedOptions {
  name: string;
  command: Pick<ChildOptions, 'command' | 'args' | 'env' | 'cwd'>;
  policy: RestartPolicy;
  clock: Clock;
  random: () => number;
  onLine: (line: string) => void;
  onTransition: (transition: Transition) => void;
  /** It cannot write to the journal, because these processes hold its lock. */
  onStuck?: (holders: readonly number[]) => void;
}

/**
 * One process, kept alive until it is stopped.
 *
 *   STARTING  reports ready ............................ RUNNING
 *   STARTING  ends, or is not ready in time ............ BACKOFF
 *   STARTING  the first time, and says why it cannot ... FATAL   (a second colony, a taken port)
 *   any       ends by a damaged or lost journal ........ FATAL
 *   RUNNING   ends, by itself or killed ................ BACKOFF
 *   RUNNING   says that it ends for lack of work, ends . IDLE
 *   IDLE      wake() ................................... STARTING (a wish, and no restart: it counts to no limit)
 *   BACKOFF   the pause is over ........................ STARTING
 *   BACKOFF   too many starts in the window ............ FATAL
 *   any       stop() ................................... STOPPING, then STOPPED when it has ended;
 *                                                        after a limit, or kill(), its group gets SIGKILL
 */
export class ManagedProcess {
  /** Resolves when it is ready for the first time; rejects when it will not be. */
  readonly ready: Promise<void>;
  /** Resolves when it is STOPPED, and rejects with the reason when it is FATAL. */
  readonly ended: Promise<void>;

  #state: ProcessState = 'STARTING';
  #child: Child | undefined;
  #starts = 0;
  #recentStartsMs: number[] = [];
  #everReady = false;
  #isIdle = false;
  #reloadsWhenReady = false;
  readonly #wish = new WakeUp();
  #refusal: KlorosError | undefined;
  #endedBecause: string | undefined;
  #onReady: () => void = () => undefined;
  readonly #stopping = new AbortController();
  readonly #options: ManagedOptions;

  constructor(options: ManagedOptions) {
    this.#options = options;
    const firstReady = new Promise<void>((resolve) => (this.#onReady = resolve));
    this.ended = this.#keep();
    const endedFirst = this.ended.then(() => Promise.reject(stoppedEarly(options.name)));
    this.ready = Promise.race([firstReady, endedFirst]);
    for (const promise of [this.ended, this.ready, endedFirst]) promise.catch(() => undefined);
  }

  get name(): string {
    return this.#options.name;
  }

  get state(): ProcessState {
    return this.#state;
  }

  /** Process id while there is a process. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts so far. */
  get starts(): number {
    return this.#starts;
  }

  /** Ends it in order, by force after the policy's limit; resolves when it has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const child = this.#child;
    if (child && this.#state !== 'STOPPING') this.#enter('STOPPING');
    child?.terminate();
    const force = after(this.#options.policy.stopTimeoutMs, () => this.kill());
    await this.ended.catch(() => undefined);
    force.clear();
  }

  /** Ends it, and every process it started, at once. */
  kill(): void {
    this.#stopping.abort();
    this.#child?.kill();
  }

  /** Starts it where it has ended, or is just ending, for lack of work; else there is nothing to do. */
  wake(): void {
    if (this.#isIdle) this.#wish.call();
  }

  /** Has it read its settings anew: at once where it runs; who is just starting may have read them, and does it when ready. */
  reload(): void {
    if (this.#state === 'RUNNING') this.#child?.hangUp();
    else this.#reloadsWhenReady = this.#state === 'STARTING';
  }

  /** Ends it at once, so that it is started again. */
  end(why: string): void {
    this.#endedBecause = why;
    this.#child?.kill();
  }

  async #keep(): Promise<void> {
    for (;;) {
      const why = await this.#runOnce();
      if (this.#isStopping()) return this.#enter('STOPPED', { why });
      if (this.#isIdle) {
        await this.#rest();
        if (this.#isStopping()) return this.#enter('STOPPED', { why });
        continue;
      }
      if (this.#refusal && (!this.#everReady || NO_START_MENDS.has(this.#refusal.code)))
        return this.#giveUp(this.#refusal);
      const delayMs = this.#delayMs();
      if (delayMs === undefined) return this.#giveUp(this.#exhausted(why));
      this.#enter('BACKOFF', { why, delayMs });
      await sleep(delayMs, this.#stopping.signal);
      if (this.#isStopping()) return this.#enter('STOPPED', { why });
    }
  }

  async #rest(): Promise<void> {
    this.#recentStartsMs = [];
    this.#enter('IDLE');
    while (!this.#isStopping() && !(await this.#wish.rest(LONG_MS, this.#stopping.signal)));
    this.#isIdle = false;
  }

  /** From start to end; answers why it ended. */
  async #runOnce(): Promise<string> {
    const { command, policy, clock, onLine } = this.#options;
    const startMs = clock.monotonicMs();
    this.#starts += 1;
    this.#recentStartsMs = [...this.#recentStartsMs, startMs].slice(-policy.maxStarts);
    this.#refusal = undefined;
    this.#endedBecause = undefined;
    const child = startChild({ ...command, onLine, onReport: (line) => this.#onReport(line, startMs) });
    this.#child = child;
    this.#enter('STARTING');
    const limit = after(policy.readyTimeoutMs, () => {
      if (this.#state === 'STARTING') child.kill();
    });
    const exit = await child.exited;
    limit.clear();
    this.#child = undefined;
    const late = this.#state === 'STARTING' && clock.monotonicMs() - startMs >= policy.readyTimeoutMs;
    return late ? `it was not ready after ${policy.readyTimeoutMs} ms` : this.#describe(exit);
  }

  #describe(exit: ChildExit): string {
    return this.#refusal?.message ?? this.#endedBecause ?? describeExit(exit);
  }

  #onReport(line: string, startMs: number): void {
    const report = parseReport(line);
    if (report?.kind === 'idle') this.#isIdle = true;
    if (report?.kind === 'failed') this.#refusal = report.error;
    if (report?.kind === 'stuck') this.#options.onStuck?.(report.holders);
    if (report?.kind !== 'ready' || this.#state !== 'STARTING') return;
    this.#everReady = true;
    this.#enter('RUNNING', { startedInMs: Math.round(this.#options.clock.monotonicMs() - startMs) });
    this.#onReady();
    if (this.#reloadsWhenReady) this.reload();
    this.#reloadsWhenReady = false;
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  #delayMs(): number | undefined {
    const { policy, clock, random } = this.#options;
    return restartDelayMs(policy, { startsMs: this.#recentStartsMs, nowMs: clock.monotonicMs() }, random);
  }

  #giveUp(error: KlorosError): never {
    this.#enter('FATAL', { why: error.message });
    throw error;
  }

  #exhausted(why: string): KlorosError {
    const { name, policy } = this.#options;
    return new KlorosError({
      code: 'DAEMON_FATAL',
      message: `${name} was started ${policy.maxStarts} times in ${policy.windowMs / 1000} s and is given up`,
      why,
      next: [`see it fail by itself: kloros daemon run ${name}`],
    });
  }

  #enter(state: ProcessState, detail: Partial<Transition> = {}): void {
    this.#state = state;
    const pid = this.#child?.pid;
    this.#options.onTransition({ name: this.name, state, ...(pid === undefined ? {} : { pid }), ...detail });
  }
}

function describeExit(exit: ChildExit): string {
  if (exit.error) return `it could not be started: ${exit.error.message}`;
  return exit.signal === null ? `it ended with exit code ${exit.code ?? 'unknown'}` : `it was ended by ${exit.signal}`;
}

function stoppedEarly(name: string): KlorosError {
  return new KlorosError({ code: 'STOPPED_EARLY', message: `${name} was stopped before it was ready` });
}
