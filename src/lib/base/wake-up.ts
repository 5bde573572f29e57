import { after } from './timers.js';

/** Lets loops rest until something happens; a call that comes while nobody rests is not lost. */
export class WakeUp {
  #called = false;
  readonly #resting = new Set<(isCalled: boolean) => void>();

  /** Ends every rest at hand; with nobody resting, the next rest ends at once. */
  call(): void {
    if (this.#resting.size === 0) this.#called = true;
    for (const end of [...this.#resting]) end(true);
  }

  /** Resolves with whether a call ended it, and not timeoutMs or an abort; the timer and the listener are gone then. */
  rest(timeoutMs: number, abort?: AbortSignal): Promise<boolean> {
    if (!this.#called && !abort?.aborted) return this.#untilCalled(timeoutMs, abort);
    const isCalled = this.#called;
    this.#called = false;
    return Promise.resolve(isCalled);
  }

  #untilCalled(timeoutMs: number, abort?: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (isCalled: boolean): void => {
        timer.clear();
        abort?.removeEventListener('abort', endByAbort);
        this.#resting.delete(end);
        resolve(isCalled);
      };
      const endByAbort = (): void => end(false);
      const timer = after(timeoutMs, () => end(false));
      abort?.addEventListener('abort', endByAbort, { once: true });
      this.#resting.add(end);
    });
  }
}
