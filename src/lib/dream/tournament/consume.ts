import { unsteppedClock } from '../../base/clock-step.js';
import { timeoutSignal } from '../../base/timers.js';
import type { Clock } from '../../base/clock.js';
import { endMarked, markIn } from '../../base/marked-processes.js';
import { own } from '../../base/own.js';
import { pathsOf } from '../../config/paths.js';
import type { Config } from '../../config/schema.js';
import type { Draft, Signal } from '../../signals/envelope.js';
import { readFacts, say } from '../../signals/facts.js';
import { readSnapshot } from '../cycle/snapshot.js';
import { readResult } from '../results.js';
import { markOf, playCall } from './play.js';
import {
  firstCalls,
  isOver,
  openTournament,
  recordPath,
  TITLE,
  type MatchCall,
  type TournamentOrder,
  type TournamentRecord,
} from './record.js';

/*
 * A tournament is a record on disk and a signal for each match:
 *
 *   Q_TOURNAMENT_TRIGGER ► the record is opened; Q_TOURNAMENT_MATCH for each match of the first round
 *   Q_TOURNAMENT_MATCH   ► played and written down; Q_TOURNAMENT_MATCH for what its end opened,
 *                          Q_TOURNAMENT_COMPLETE after the title match
 *
 * Any instance may play any match. Results are written down one after the other, and each keeps what it opened, so that
 * of two matches that end at once only one calls the next, and a match that is handled again says the same again. No more
 * matches are called at once than `max_parallel` allows, however many instances there are.
 */

/** What a daemon gives to each of its signals. */
export interface ArenaPlace {
  config: Config;
  clock: Clock;
  abort: AbortSignal;
  attempt: number;
}

/** Opens a tournament: its first matches, or its end where there is nothing to play. */
export async function beginTournament(signal: Signal, { config }: ArenaPlace): Promise<Draft[]> {
  const facts = readFacts(signal, 'Q_TOURNAMENT_TRIGGER');
  const { tournament_id, cycle_id, experiment, deadline, entrants, baseline, scale } = facts;
  const order: TournamentOrder = { tournament_id, cycle_id, experiment, deadline, entrants, baseline, scale };
  const { dreamLab } = pathsOf(config);
  const { max_parallel: mostAtOnce } = (await readSnapshot(dreamLab, cycle_id)).run.scheduling;
  const record = await openTournament(recordPath(dreamLab, order), order, mostAtOnce);
  return isOver(record) && firstCalls(record).length === 0 ? [completed(record)] : called(record, firstCalls(record));
}

/** Plays a match. Nothing is said of one whose time is over, or whose cycle has ended: its cycle ends by itself. */
export async function playForSignal(signal: Signal, place: ArenaPlace): Promise<Draft[]> {
  const order = readFacts(signal, 'Q_TOURNAMENT_MATCH');
  const { dreamLab } = pathsOf(place.config);
  if ((await readResult(dreamLab, order.cycle_id)) !== undefined) return [];
  const experiments = await readSnapshot(dreamLab, order.cycle_id);
  const leftMs = Date.parse(order.deadline) - unsteppedClock(experiments.begun, place.clock).nowMs();
  if (leftMs <= 0) return [];
  if (place.attempt > 1) await endMarked(markIn(dreamLab, markOf(order.cycle_id, order.experiment, order.match)));
  const deadline = timeoutSignal(leftMs);
  const abort = AbortSignal.any([place.abort, deadline]);
  try {
    const record = await playCall(order, order, { dreamLab, experiments, abort });
    return afterMatch(record, order.match);
  } catch (thrown) {
    if (place.abort.aborted || !deadline.aborted) throw thrown;
    return [];
  }
}

function afterMatch(record: TournamentRecord, match: string): Draft[] {
  const opened = own(record.opened, match) ?? [];
  const isLast = match === TITLE || (opened.length === 0 && isOver(record) && !(TITLE in record.played));
  return isLast ? [completed(record)] : called(record, opened);
}

function called(
  { tournament_id, cycle_id, experiment, deadline }: TournamentRecord,
  calls: readonly MatchCall[],
): Draft[] {
  return calls.map((call) => say('Q_TOURNAMENT_MATCH', { tournament_id, cycle_id, experiment, deadline, ...call }));
}

function completed({ tournament_id, cycle_id, experiment, played }: TournamentRecord): Draft {
  const champion = played[TITLE]?.a.id ?? null;
  return say('Q_TOURNAMENT_COMPLETE', {
    tournament_id,
    cycle_id,
    experiment,
    champion,
    matches_played: Object.keys(played).length,
  });
}
