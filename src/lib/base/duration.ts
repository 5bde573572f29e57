import parseDuration from 'parse-duration';
import { KlorosError } from './errors.js';

/** Milliseconds of a duration as people write it: `500ms`, `30s`, `5m`, `2h`, `1d`. Throws KlorosError INVALID_DURATION. */
export function parseDurationMs(text: string): number {
  const ms = /^\s*\d/.test(text) && /[a-z]\s*$/i.test(text) ? parseDuration(text) : null;
  if (ms !== null && Number.isFinite(ms) && ms >= 0) return Math.round(ms);
  throw new KlorosError({
    code: 'INVALID_DURATION',
    message: `${JSON.stringify(text)} is not a duration`,
    why: 'a duration is a number with its unit',
    next: ['write e.g. 500ms, 30s, 5m, 2h or 1d'],
  });
}
