import { createHash } from 'node:crypto';
import { isoTimestamp } from '../base/clock.js';
import type { FactsOf } from '../signals/catalogue.js';
import type { Promotion, PromotionScan } from './promotions.js';

const HOUR_MS = 3_600_000;
/** More names would only swell a signal that is said every minute; the count says how many there are. */
const MAX_NAMES = 100;

/** Facts of Q_PROMOTIONS_DETECTED, or undefined while nothing waits to be acknowledged. */
export function promotionFacts(
  { unacknowledged, lastDreamMs }: PromotionScan,
  folder: string,
  nowMs: number,
): FactsOf<'Q_PROMOTIONS_DETECTED'> | undefined {
  const [oldest, newest] = [unacknowledged[0], unacknowledged.at(-1)];
  if (oldest === undefined || newest === undefined) return undefined;
  return {
    promotion_count: unacknowledged.length,
    unacknowledged_count: unacknowledged.length,
    oldest_promotion_age_hours: ageHours(oldest.mtimeMs, nowMs),
    newest_promotion_age_hours: ageHours(newest.mtimeMs, nowMs),
    last_dream_time: lastDreamMs === null ? null : isoTimestamp(lastDreamMs),
    promotions_path: folder,
    promotion_files: unacknowledged.slice(0, MAX_NAMES).map(({ name }) => name),
    promotion_set: setOf(unacknowledged),
  };
}

/** The same for the same files, untouched; a file of the same name that is written anew makes another set. */
function setOf(promotions: readonly Promotion[]): string {
  const hash = createHash('sha256');
  for (const { name, mtimeMs } of promotions) hash.update(`${name}\0${mtimeMs}\n`);
  return hash.digest('hex').slice(0, 16);
}

// A clock that jumped back makes no file younger than new.
function ageHours(mtimeMs: number, nowMs: number): number {
  return Math.round((Math.max(0, nowMs - mtimeMs) / HOUR_MS) * 100) / 100;
}
