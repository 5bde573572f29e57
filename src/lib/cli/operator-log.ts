import { createLog, logFormFor, type Logger } from '../base/log.js';

/** The log of a command: only warnings, to stderr. */
export function operatorLog(): Logger {
  return createLog({
    daemon: 'kloros',
    form: logFormFor(process.env, process.stderr.isTTY),
    level: 'warn',
    write: (line) => void process.stderr.write(line),
  });
}
