import type { CheckResult } from '../check.js';
import type { Standing } from '../standing.js';

/** Nobody counts what daemons do that were started by hand, or that do not run. */
export function unsupervised(keeper: Standing['keeper'], what: string): CheckResult {
  const why =
    keeper === 'hand'
      ? `the daemons were started by hand, and nobody counts their ${what}`
      : `no daemon runs, and nobody counts ${what}`;
  return { status: 'UNKNOWN', why, figures: [], next: ['kloros up', `or leave it out: --skip ${what}`] };
}
