import { after, type Timer } from '../base/timers.js';
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/log.js';
import { toError } from '../base/errors.js';
import type { Bus } from '../bus/bus.js';
import { maintenanceAt } from '../maintenance/mode.js';

/** What a gate looks at. */
export interface GateOptions {
  /** Daemon's name. */
  name: string;
  bus: Pick<Bus, 'pauseOf'>;
  maintenancePath: string;
  clock: Clock;
  log: Logger;
  /** Shut, it looks by itself when nobody has looked for so long; open, after four times as long. */
  lookMs: number;
}

/** A timer wakes an idle process also where others have looked meanwhile: while nobody waits at the gate it may be rare. */
const OPEN_PATIENCE = 4;

/**
 * The door through which a daemon takes up work, a handler's and a source's alike.
 *
 * It is shut while maintenance is on or the daemon is paused, and open otherwise. It looks by itself, so that what shuts
 * it is noticed by those who are busy, and what opens it within lookMs by those who wait; before each claim one looks
 * again, and then it need not. Shutting ends nothing that runs: who holds work finishes it.
 */
export class Gate {
  readonly #options: GateOptions;
  #timer: Timer;
  readonly #waiting = new Set<() => void>();
  readonly #onChange = new Set<() => void>();
  #hold: string | undefined;
  #closed = false;

  private constructor(options: GateOptions) {
    this.#options = options;
    this.#timer = this.#lookLater();
  }

  /** A gate that has looked once. */
  static async opened(options: GateOptions): Promise<Gate> {
    const gate = new Gate(options);
    await gate.look();
    return gate;
  }

  /** Whether nothing new may be taken up, as of the last look. */
  get isShut(): boolean {
    return this.#hold !== undefined;
  }

  /** Calls back each time that it shuts or opens. */
  onChange(callback: () => void): void {
    this.#onChange.add(callback);
  }

  /** Resolves when it is open, after a fresh look, or when the abort comes. */
  async passed(abort: AbortSignal): Promise<void> {
    await this.look();
    while (this.isShut && !abort.aborted) await this.#untilOpen(abort);
  }

  /** Looks now. */
  async look(): Promise<void> {
    this.#lookLaterAgain();
    try {
      this.#set(await this.#holdNow());
    } catch (error) {
      this.#options.log.debug({ err: error }, `It cannot be seen whether to wait: ${toError(error).message}`);
    }
  }

  close(): void {
    this.#closed = true;
    this.#timer.clear();
  }

  #lookLaterAgain(): void {
    this.#timer.clear();
    if (!this.#closed) this.#timer = this.#lookLater();
  }

  #lookLater(): Timer {
    const { lookMs } = this.#options;
    return after(this.isShut ? lookMs : lookMs * OPEN_PATIENCE, () => void this.look());
  }

  async #holdNow(): Promise<string | undefined> {
    const { bus, name, maintenancePath, clock } = this.#options;
    const maintenance = maintenanceAt(maintenancePath, clock);
    if (maintenance) return `maintenance is on${because(maintenance.reason)}; it ends with kloros maintenance off`;
    const pause = await bus.pauseOf(name);
    return (
      pause && `paused by ${pause.by}${because(pause.reason)}; it goes on with ${pause.lift ?? 'kloros daemon resume'}`
    );
  }

  #set(hold: string | undefined): void {
    const before = this.#hold;
    this.#hold = hold;
    if (hold === before) return;
    this.#lookLaterAgain();
    this.#options.log.warn(hold === undefined ? 'Goes on' : `Takes up nothing new: ${hold}`);
    for (const call of this.#onChange) call();
    if (hold === undefined) for (const end of [...this.#waiting]) end();
  }

  #untilOpen(abort: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        this.#waiting.delete(end);
        abort.removeEventListener('abort', end);
        resolve();
      };
      this.#waiting.add(end);
      abort.addEventListener('abort', end, { once: true });
    });
  }
}

function because(reason: string | null): string {
  return reason === null ? '' : ` (${reason})`;
}
