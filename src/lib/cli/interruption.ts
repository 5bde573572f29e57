import { KlorosError } from '../base/errors.js';
import { InterruptedError, type InterruptCause } from './command-error.js';
import { ExitCode } from './exit-codes.js';
import { failureOf, tellFailure } from './failure.js';

/** Exit code of a command that ended because of it: who closes the pipe has what they want. */
const EXIT: Record<InterruptCause, number> = { SIGINT: ExitCode.interrupted, SIGTERM: 143, EPIPE: ExitCode.done };

/**
 * Ctrl-C, SIGTERM and a closed pipe as one AbortSignal.
 * The first lets a command that asked for the signal end by itself; the second Ctrl-C ends the process at once,
 * as does the first where nobody asked.
 */
export class Interruption {
  /** What ended the command, once something did. */
  cause: InterruptCause | undefined;
  readonly #controller = new AbortController();
  readonly #unheard: (error: InterruptedError) => void;
  readonly #isService: boolean;
  #heard = false;

  /** `unheard` tells the user, just before the process is ended by force; a service does not end for lack of readers. */
  constructor(unheard: (error: InterruptedError) => void, isService: boolean) {
    this.#unheard = unheard;
    this.#isService = isService;
  }

  /** Aborted with an InterruptedError; who asks for it promises to end soon after. */
  get signal(): AbortSignal {
    this.#heard = true;
    return this.#controller.signal;
  }

  /** Begins to listen; dispose() ends it. */
  watch(): this {
    process.on('SIGINT', this.#onSigint);
    process.on('SIGTERM', this.#onSigterm);
    process.on('SIGTSTP', onSigtstp);
    // oclif's listener swallows a closed pipe, so that a stream would never end, and throws the rest with a stack.
    process.stdout.removeAllListeners('error').on('error', this.#onStreamError);
    process.stderr.removeAllListeners('error').on('error', this.#onStreamError);
    return this;
  }

  /** Stops listening for signals; what was written last may fail only after the command has ended. */
  dispose(): void {
    process.off('SIGINT', this.#onSigint);
    process.off('SIGTERM', this.#onSigterm);
    process.off('SIGTSTP', onSigtstp);
  }

  /** Ends the command: gently the first time, if it listens. */
  interrupt(cause: InterruptCause): void {
    const error = new InterruptedError(cause);
    const again = this.cause !== undefined;
    if (again && cause === 'EPIPE') return;
    this.cause ??= cause;
    if (this.#heard && !again) return this.#controller.abort(error);
    if (cause !== 'EPIPE') this.#unheard(error);
    process.exit(EXIT[cause]);
  }

  /** Exit code of a command that returned after an interruption: an orderly stop on SIGTERM is a success. */
  get status(): number {
    return this.cause === 'SIGINT' ? ExitCode.interrupted : ExitCode.done;
  }

  readonly #onSigint = () => this.interrupt('SIGINT');
  readonly #onSigterm = () => this.interrupt('SIGTERM');
  readonly #onStreamError = (error: NodeJS.ErrnoException) => {
    if (this.#isService) return; // Who wrote the line counts what is lost.
    if (error.code === 'EPIPE') return this.interrupt('EPIPE');
    const failure = failureOf(unwritable(error), { debug: false, isCheck: false });
    tellFailure(failure, { mode: 'text', warnings: [] });
    process.exit(failure.status);
  };
}

/**
 * Ctrl-Z stops the process between two turns of its event loop, and so never inside a commit, which is one turn: there it
 * would keep everybody from writing until somebody lets it go on.
 */
function onSigtstp(): void {
  process.kill(process.pid, 'SIGSTOP');
}

function unwritable(error: NodeJS.ErrnoException): KlorosError {
  return new KlorosError({
    code: 'OUTPUT_FAILED',
    message: 'The output could not be written',
    why: error.message,
    next: ['make room or choose another place for the output, and run the command again'],
    cause: error,
  });
}
