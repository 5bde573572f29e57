import { isatty } from 'node:tty';

/** What SIGHUP may mean. */
export interface HangUp {
  /** Somebody asks for settings to be read anew; not called again before it has resolved. */
  reload: () => Promise<void>;
  /** The terminal is gone. */
  gone: () => void;
}

const STDERR = 2;

/** Whoever listens for SIGHUP. */
export interface HangUpWatch {
  /** From now on it means nothing. */
  ignore(): void;
  /** Stops listening; whose terminal is gone ends here, by SIGHUP: Node's own end would abort over the terminal. */
  end(): void;
}

/**
 * Tells the two meanings of SIGHUP apart: the kernel sends it to whoever had a terminal that is gone, and an operator to a
 * daemon that is to read its settings anew. What is asked for while it is being done is done once more.
 */
export function watchHangUp({ reload, gone }: HangUp): HangUpWatch {
  const hadTerminal = isatty(STDERR);
  let [isBusy, asked, isIgnored, isGone] = [false, 0, false, false];
  const work = async () => {
    isBusy = true;
    for (let heard = 0; heard < asked;) {
      heard = asked;
      await reload();
    }
    [isBusy, asked] = [false, 0];
  };
  const leave = () => {
    isGone = true;
    // What is still written reaches nobody, which must not keep anybody from ending in order.
    for (const stream of [process.stdout, process.stderr]) {
      stream.removeAllListeners('error').on('error', () => undefined);
    }
    gone();
  };
  const hear = () => {
    if (hadTerminal && !isatty(STDERR)) return leave();
    asked += 1;
    if (!isBusy && !isIgnored) void work();
  };
  process.on('SIGHUP', hear);
  return {
    ignore: () => (isIgnored = true),
    end: () => {
      process.off('SIGHUP', hear);
      if (isGone) process.kill(process.pid, 'SIGHUP');
    },
  };
}
