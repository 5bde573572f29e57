import { z } from 'zod';
import { KlorosError, toError } from '../base/errors.js';

/**
 * What a daemon tells its supervisor on fd 3, one line each: that it is ready, that it ends for lack of work, why it cannot start, or which processes
 * keep everybody from writing to the journal.
 */
export type Report =
  { kind: 'ready' } | { kind: 'idle' } | { kind: 'failed'; error: KlorosError } | { kind: 'stuck'; holders: number[] };

/** The line of a daemon that is ready. */
export const READY_LINE = 'ready';

const FAILED_PREFIX = 'failed ';
const STUCK_PREFIX = 'stuck ';

const failureSchema = z.object({
  code: z.string(),
  message: z.string(),
  why: z.string().optional(),
  next: z.array(z.string()).default([]),
});

/** The line of a daemon that ends because nothing is to be done. */
export const IDLE_LINE = 'idle';

/** The line of a daemon that cannot start. */
export function failedLine(thrown: unknown): string {
  const error = toError(thrown);
  const parts =
    error instanceof KlorosError
      ? { code: error.code, message: error.message, why: error.why, next: error.next }
      : { code: 'DAEMON_FAILED', message: `${error.name}: ${error.message}` };
  return FAILED_PREFIX + JSON.stringify(parts);
}

/** The line of a daemon that cannot write because of these processes. */
export function stuckLine(holders: readonly number[]): string {
  return STUCK_PREFIX + holders.join(' ');
}

/** Reads a report; undefined for a line that is none. */
export function parseReport(line: string): Report | undefined {
  if (line === READY_LINE) return { kind: 'ready' };
  if (line === IDLE_LINE) return { kind: 'idle' };
  if (line.startsWith(STUCK_PREFIX)) {
    return { kind: 'stuck', holders: (line.match(/\d+/g) ?? []).map(Number) };
  }
  if (!line.startsWith(FAILED_PREFIX)) return undefined;
  try {
    const { why, ...rest } = failureSchema.parse(JSON.parse(line.slice(FAILED_PREFIX.length)));
    return { kind: 'failed', error: new KlorosError(why === undefined ? rest : { ...rest, why }) };
  } catch {
    return undefined; // A daemon killed in the middle of a line.
  }
}
