import { z } from 'zod';
import { KlorosError, toError } from '../base/errors.js';

/** What a daemon tells its supervisor on fd 3, one line each: that it is ready, or why it cannot start. */
export type Report = { kind: 'ready' } | { kind: 'failed'; error: KlorosError };

/** The line of a daemon that is ready. */
export const READY_LINE = 'ready';

const FAILED_PREFIX = 'failed ';

const failureSchema = z.object({
  code: z.string(),
  message: z.string(),
  why: z.string().optional(),
  next: z.array(z.string()).default([]),
});

/** The line of a daemon that cannot start. */
export function failedLine(thrown: unknown): string {
  const error = toError(thrown);
  const parts =
    error instanceof KlorosError
      ? { code: error.code, message: error.message, why: error.why, next: error.next }
      : { code: 'DAEMON_FAILED', message: `${error.name}: ${error.message}` };
  return FAILED_PREFIX + JSON.stringify(parts);
}

/** Reads a report; undefined for a line that is none. */
export function parseReport(line: string): Report | undefined {
  if (line === READY_LINE) return { kind: 'ready' };
  if (!line.startsWith(FAILED_PREFIX)) return undefined;
  try {
    const { why, ...rest } = failureSchema.parse(JSON.parse(line.slice(FAILED_PREFIX.length)));
    return { kind: 'failed', error: new KlorosError(why === undefined ? rest : { ...rest, why }) };
  } catch {
    return undefined; // A daemon killed in the middle of a line.
  }
}
