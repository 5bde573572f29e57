import type { HotFile } from '../base/hot-file.js';
import type { Observer } from '../bus/observer.js';
import type { Config } from '../config/schema.js';
import { repairHistory, type RepairRow } from '../healing/history.js';
import { rulesFileOf } from '../healing/open-healer.js';
import { HEALER } from '../healing/rules-file.js';
import type { Surroundings } from '../healing/rule.js';
import type { Rules } from '../healing/rules.js';
import { stateIn } from './with-bus.js';

/** What the healer remembers, the rules that are in force for it, and whom they may name. */
export async function healerOf(
  config: Config,
  daemons: Surroundings['daemons'],
): Promise<{ state: Readonly<Record<string, unknown>>; file: HotFile<Rules>; others: Surroundings['daemons'] }> {
  const state = await stateIn(config, HEALER);
  const others = daemons.filter(({ name }) => name !== HEALER);
  const file = rulesFileOf(config, others, state);
  await file.refresh();
  return { state, file, others };
}

/** Which repairs are meant. */
export interface HistoryQuery {
  rule: string | undefined;
  /** As subject or target. */
  daemon: string | undefined;
  sinceMs: number;
  limit: number;
}

/** So many repairs are looked through; the budgets allow a hundred an hour. */
const LOOKED_THROUGH = 5_000;

/** Repairs of a journal, the newest first. */
export function historyOf(observer: Observer, { rule, daemon, sinceMs, limit }: HistoryQuery): RepairRow[] {
  // A peer may say that a repair was made; it was none of this colony's.
  const latest = (name: string) =>
    observer.latest(name, LOOKED_THROUGH, { accepts: 'colony' }).map(({ signal }) => signal);
  const started = latest('Q_REPAIR_STARTED').filter(
    ({ timestamp, facts }) =>
      Date.parse(timestamp) >= sinceMs &&
      (rule === undefined || facts['rule'] === rule) &&
      (daemon === undefined || facts['subject'] === daemon || facts['target'] === daemon),
  );
  const ends = [...latest('Q_REPAIR_MADE'), ...latest('Q_REPAIR_JUDGED')];
  return repairHistory({ started: started.slice(0, limit), ends, find: (id) => observer.find(id)?.signal });
}
