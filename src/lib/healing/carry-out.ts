import { errorCode, KlorosError, toError } from '../base/errors.js';
import { own } from '../base/own.js';
import type { StateChange } from '../bus/bus.js';
import type { Draft, Signal } from '../signals/envelope.js';
import { readFacts, say } from '../signals/facts.js';
import { ACTIONS, resumeDaemon } from './actions.js';
import { refused, type Action, type CarryOutInput, type Deed, type Order } from './deed.js';
import { Memory } from './memory.js';

/** What came of it, for one transaction. */
export interface CarriedOut {
  signals: Draft[];
  state: StateChange[];
}

/**
 * Carries out what a rule decided, and answers with what came of it. Only that is done which the monitor's own state
 * knows as decided and not judged: a Q_REPAIR_STARTED of anybody else, also a replayed one, does nothing.
 *
 *   decided   nothing is begun ......... begun     (the note is in the journal, before anything is done)
 *   begun     it was done, or failed ... answered  (Q_REPAIR_MADE, in the transaction that takes the note away)
 *   begun     the monitor ended ........ unsure    (at its next start: the note is there, and no answer)
 *   unsure    it is seen to be done .... answered  (`made`)
 *   unsure    it is seen not to be ..... begun     (the same repair, which counts once against its budgets)
 *   unsure    nobody can see it ........ answered  (`unknown`, which an operator is told of)
 */
export async function carryOut(signal: Signal, input: CarryOutInput): Promise<CarriedOut> {
  const facts = readFacts(signal, 'Q_REPAIR_STARTED');
  const { rule, action, target } = facts;
  const startMs = input.clock.monotonicMs();
  const order = { id: signal.id, trace: signal.trace, facts, target, rule };
  const { outcome, detail, says, state = [] } = await deedOf(order, input);
  const durationMs = Math.round(input.clock.monotonicMs() - startMs);
  const made = say('Q_REPAIR_MADE', { rule, action, target, outcome, detail, duration_ms: durationMs });
  return { signals: [made, ...(says === undefined ? [] : [says])], state };
}

async function deedOf(order: Order, input: CarryOutInput): Promise<Deed> {
  const action = decidedAction(order, new Memory(input.state));
  if (action === undefined) return refused('no rule decided on it, or it was judged meanwhile');
  try {
    return await begunOrAfter(action, order, input);
  } catch (error) {
    if (input.abort.aborted) throw error;
    const why = error instanceof KlorosError && error.why !== undefined ? `: ${error.why}` : '';
    const detail = `${toError(error).message}${why}`;
    return { outcome: errorCode(error) === 'CANNOT_RESTART' ? 'refused' : 'failed', detail };
  }
}

function decidedAction({ id, rule, facts }: Order, memory: Memory): Action | undefined {
  if (memory.pauses().some(({ lift }) => lift === id)) return resumeDaemon;
  const isOpen = memory.case(rule, facts.subject ?? '').open?.repair === id;
  return isOpen ? own(ACTIONS, facts.action) : undefined;
}

async function begunOrAfter(action: Action, order: Order, input: CarryOutInput): Promise<Deed> {
  const before = await input.begin((await action.before?.(order, input)) ?? {});
  const known = before === undefined ? undefined : await action.after(order, input, before);
  return known ?? action.act(order, input);
}
