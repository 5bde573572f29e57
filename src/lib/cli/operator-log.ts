import { fstatSync } from 'node:fs';
import { createLog, logFormFor, type LogForm, type Logger } from '../base/log.js';

/** The form of lines that fits this process's stderr. */
export function stderrForm(): LogForm {
  const { dev, ino } = fstatSync(process.stderr.fd, { bigint: true });
  return logFormFor(process.env, { isTty: process.stderr.isTTY, dev, ino });
}

/** The log of a command: only warnings, to stderr. */
export function operatorLog(): Logger {
  return createLog({
    daemon: 'kloros',
    form: stderrForm(),
    level: 'warn',
    write: (line) => void process.stderr.write(line),
  });
}
