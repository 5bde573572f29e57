import { momentOf, type Moment } from '../base/clock-step.js';
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/log.js';
import type { JournalView } from '../bus/bus.js';
import type { Config } from '../config/schema.js';
import { expectationsOf } from './declared.js';
import { JournalTime } from './journal-time.js';
import { PairWatch } from './pair-watch.js';
import { TimeoutWatch } from './timeout-watch.js';

/** Who watches, and over what. */
export interface Watcher {
  config: Pick<Config, 'expectations' | 'retention'>;
  journal: JournalView;
  clock: Clock;
}

const DAY_MS = 86_400_000;

/** A watch over every declared pair, going on from what was kept. */
export function openTimeoutWatch(
  { log, ...watcher }: Watcher & { log: Logger; moment?: () => Moment },
  state: Readonly<Record<string, unknown>>,
): TimeoutWatch {
  const { pairs, problems } = pairsOf(watcher, state);
  for (const problem of problems) log.error(problem);
  const { moment = () => momentOf(watcher.clock) } = watcher;
  return new TimeoutWatch({ ...watcher, moment, pairs, times: new JournalTime(state) });
}

/** The declared pairs with what was kept of each, and what is wrong with others. */
export function pairsOf(
  { config, journal, clock }: Watcher,
  state: Readonly<Record<string, unknown>>,
): { pairs: PairWatch[]; problems: string[] } {
  const { expectations, problems } = expectationsOf(config);
  const keepMs = config.retention.days * DAY_MS;
  const pairs = expectations.map((expectation) => new PairWatch({ expectation, journal, clock, keepMs, state }));
  return { pairs, problems };
}
