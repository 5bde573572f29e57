import { toError } from '../base/errors.js';
import type { StateChange } from '../bus/bus.js';
import type { Moment } from '../base/clock-step.js';
import type { Draft, Facts, Signal } from '../signals/envelope.js';
import { checkFacts } from '../signals/facts.js';
import { isAccepted, type Entrance } from '../signals/origin.js';
import { escalation, judgedDraft, liftDraft, sightingAlert, startedDraft } from './drafts.js';
import { passGates, stuckBy, targetOf, type Check, type GateInput } from './gates.js';
import { isAwaited, isSignOfLife, madeOf, mayGoOn, verdictOn } from './judge.js';
import { HOUR_MS, Memory, type Case } from './memory.js';
import type { RuleEvent } from './rule-schema.js';
import type { Rule, Surroundings } from './rule.js';
import type { Rules } from './rules.js';
import { sightedBy, valuesOf, type Pairs, type Sighting } from './sighting.js';

/** A signal, and whether a repair is among its causes. */
export interface Heard {
  signal: Signal;
  /** By which door it came in. */
  from: Entrance;
  isOfRepair: boolean;
}

/** One look at the colony. */
export interface HealInput {
  rules: Rules;
  daemons: Surroundings['daemons'];
  pairs: Pairs;
  state: Readonly<Record<string, unknown>>;
  nowMs: number;
  /** Both clocks; without them what is remembered is taken as it is. */
  moment?: Moment;
  /** What was said since the look before, in order. */
  heard: readonly Heard[];
  /** What the healer sees by itself. */
  seen: (when: RuleEvent) => Sighting[];
  /** Types of alerts that have not cleared. */
  standing: ReadonlySet<string>;
}

/** What became of one sighting by one rule. */
export interface Considered {
  rule: string;
  event: Sighting['event'];
  subject: string;
  action: string;
  target: string | null;
  outcome: 'repairs' | 'nothing';
  reason: string;
  checks: Check[];
}

/** What is said and remembered in one transaction. */
export interface Healed {
  signals: Draft[];
  state: StateChange[];
  considered: Considered[];
}

/** A repair of which nothing is heard for so long, besides the time in which it should help, was never made. */
const CARRYING_OUT_MS = 15 * 60_000;

/**
 * What is to be repaired, and how earlier repairs went: a function of the rules, of what was seen and heard, of what is
 * remembered and of the time. A case of a rule is a subject that it met:
 *
 *   quiet    is sighted, all gates are open .... open    (Q_REPAIR_STARTED)
 *   open     helped in its time ................ quiet   (Q_REPAIR_JUDGED), and cools down
 *   open     failed, or did not help ........... still   (Q_REPAIR_JUDGED, and one Q_HEALTH_ALERT)
 *   quiet    is sighted, a budget is used up ... still   (one Q_HEALTH_ALERT)
 *   still    the trouble is over, or the rule was edited ... quiet
 */
export function heal(input: HealInput): Healed {
  const healing = new Healing(input);
  for (const rule of input.rules.rules) healing.follow(rule);
  healing.liftPauses();
  return healing.end();
}

/** A case that an operator is told of. */
interface Stuck {
  case: Case;
  reason: string;
  leastMs: number;
}

class Healing {
  readonly #input: HealInput;
  readonly #memory: Memory;
  readonly #healed: Omit<Healed, 'state'> = { signals: [], considered: [] };

  constructor(input: HealInput) {
    this.#input = input;
    this.#memory = new Memory(input.state);
    if (input.moment !== undefined) this.#memory.follow(input.moment);
  }

  end(): Healed {
    return { ...this.#healed, state: this.#memory.changes() };
  }

  /** What was heard of earlier repairs first: only then is it known whether the rule may act again. */
  follow(rule: Rule): void {
    let own: Sighting[] = [];
    this.#guarded(rule, rule.when.event, () => (own = this.#input.seen(rule.when)));
    const present = new Set([...own.map(({ subject }) => subject), ...this.#input.standing]);
    for (const [subject] of this.#memory.rule(rule.name).cases)
      this.#guarded(rule, subject, () => this.#goOn(rule, subject, present.has(subject)));
    for (const { signal, from, isOfRepair } of this.#input.heard)
      this.#guarded(rule, signal.signal, () => {
        const sighting = sightedBy(rule, signal, this.#input.pairs);
        if (sighting !== undefined) this.#consider(rule, { ...sighting, from }, isOfRepair);
      });
    for (const sighting of own) this.#guarded(rule, sighting.subject, () => this.#consider(rule, sighting, false));
  }

  /**
   * What cannot be judged is set aside: the rule stands still about it, and an operator is told once, why. Whatever else
   * it saw, and all other rules, go on.
   */
  #guarded(rule: Rule, subject: string, judge: () => void): void {
    const said = this.#healed.signals.length;
    try {
      judge();
    } catch (error) {
      this.#healed.signals.length = said;
      const known = this.#memory.case(rule.name, subject);
      if (known.still?.version === rule.version) return;
      const { message, why = '' } = toError(error) as Error & { why?: string };
      const reason = `it could not be judged: ${[message, why].filter((part) => part !== '').join(': ')}`;
      const leastMs = this.#input.nowMs + HOUR_MS;
      this.#standStill(rule, subject, { case: { ...known, seenMs: this.#input.nowMs }, reason, leastMs });
    }
  }

  /** Lets daemons go on whose pause by a rule is over. */
  liftPauses(): void {
    const { nowMs } = this.#input;
    for (const pause of this.#memory.pauses()) {
      if (pause.lift !== null || nowMs < pause.untilMs) continue;
      const { id, draft } = liftDraft(pause, nowMs);
      this.#healed.signals.push(draft);
      this.#memory.setPause(pause.daemon, { ...pause, lift: id });
    }
  }

  #goOn(rule: Rule, subject: string, isPresent: boolean): void {
    const { nowMs } = this.#input;
    const known = this.#afterHearing(rule, this.#memory.case(rule.name, subject));
    const judged = { rule, case: known, isPresent, nowMs };
    const verdict = known.open === null ? undefined : verdictOn(known.open, judged);
    if (known.open !== null && verdict !== undefined) {
      this.#healed.signals.push(judgedDraft(known.open, { rule: rule.name, subject, ...verdict }));
      const closed = { ...known, open: null };
      if (verdict.helped) this.#keep(rule, subject, closed);
      else this.#standStill(rule, subject, { case: closed, reason: verdict.detail, leastMs: nowMs });
    } else if (known.still !== null && mayGoOn(known.still, rule, judged))
      this.#keep(rule, subject, { ...known, still: null });
    else this.#keep(rule, subject, known);
  }

  /** A case with what was heard of its repair, and of what it waits for. */
  #afterHearing(rule: Rule, known: Case): Case {
    let { open, still } = known;
    const { nowMs } = this.#input;
    // That a repair was made, or is answered, nobody says who may only ask.
    for (const { signal } of this.#input.heard.filter(({ from }) => isAccepted('act', from))) {
      if (open !== null && signal.signal === 'Q_REPAIR_MADE' && signal.cause_id === open.repair)
        open = { ...open, ...madeOf(signal, rule, nowMs) };
      if (open !== null && isAwaited(rule, known, signal)) open = { ...open, answered: true };
      if (still !== null && nowMs >= still.leastMs && isSignOfLife(rule, known, signal)) still = null;
    }
    return { ...known, open, still };
  }

  #consider(rule: Rule, sighting: Sighting, isOfRepair: boolean): void {
    const { nowMs, rules, daemons } = this.#input;
    const memory = this.#memory;
    const isAnswered = this.#input.heard.some(
      ({ signal, from }) => isAccepted('act', from) && isAwaited(rule, sighting, signal),
    );
    const about = { rule, sighting, isOfRepair, isAnswered };
    const gateInput: GateInput = { ...about, memory, nowMs, budget: rules.budget, daemons };
    const { checks, closed } = passGates(gateInput);
    const known = { ...memory.case(rule.name, sighting.subject), seenMs: nowMs };
    const isFollowed = known.repairedMs !== null || known.still !== null;
    if (isFollowed) memory.setCase(rule.name, sighting.subject, known);
    const failure = closed === undefined ? this.#repair(rule, sighting, known) : undefined;
    const reason = closed?.detail ?? failure ?? sighting.detail;
    const stuck = stuckBy(failure, closed, nowMs);
    if (stuck !== undefined)
      this.#standStill(rule, sighting.subject, { case: { ...known, sought: sighting.sought }, ...stuck });
    const outcome = closed === undefined && failure === undefined ? 'repairs' : 'nothing';
    const { event, subject } = sighting;
    const did = { action: rule.do.action, target: targetOf(rule, sighting), outcome, reason, checks } as const;
    this.#healed.considered.push({ rule: rule.name, event, subject, ...did });
  }

  /** Decides on a repair; answers what keeps it from being said. */
  #repair(rule: Rule, sighting: Sighting, known: Case): string | undefined {
    const { nowMs } = this.#input;
    const facts = repairFacts(rule, sighting);
    if ('failure' in facts) return facts.failure;
    const deed = { rule, sighting, target: targetOf(rule, sighting) ?? '', facts: facts.facts, nowMs };
    const alert = sighting.signal === null ? sightingAlert(deed) : undefined;
    const { id: repair, trace, draft } = startedDraft(deed, sighting.signal ?? alert ?? { id: '', trace: '' });
    // Invalid facts would have the whole round refused, and each round after it.
    checkFacts(draft.signal, draft.facts);
    this.#healed.signals.push(...(alert === undefined ? [] : [alert.draft]), draft);
    const judgeByMs = nowMs + CARRYING_OUT_MS + rule.helped.within;
    const open = { repair, trace, startedMs: nowMs, madeMs: null, judgeByMs, failure: null, answered: false };
    const { sought } = sighting;
    this.#memory.setCase(rule.name, sighting.subject, { ...known, repairedMs: nowMs, repair, trace, sought, open });
    this.#memory.count(rule.name, nowMs);
    return undefined;
  }

  #standStill(rule: Rule, subject: string, { case: known, reason, leastMs }: Stuck): void {
    const { nowMs } = this.#input;
    this.#healed.signals.push(escalation(rule, subject, { case: known, reason, nowMs }));
    const still = { sinceMs: nowMs, leastMs, reason, version: rule.version };
    this.#memory.setCase(rule.name, subject, { ...known, still });
  }

  /** A case that is quiet and has cooled down is forgotten. */
  #keep(rule: Rule, subject: string, known: Case): void {
    const isOver = this.#input.nowMs - (known.repairedMs ?? 0) >= Math.max(rule.cooldown, HOUR_MS);
    const isForgotten = known.open === null && known.still === null && isOver;
    const before = this.#memory.case(rule.name, subject);
    if (isForgotten) this.#memory.setCase(rule.name, subject, null);
    else if (JSON.stringify(before) !== JSON.stringify(known)) this.#memory.setCase(rule.name, subject, known);
  }
}

function repairFacts(rule: Rule, sighting: Sighting): { facts: Facts } | { failure: string } {
  if (rule.do.action !== 'repair_signal') return { facts: {} };
  try {
    return { facts: checkFacts(rule.do.signal, rule.factsOf(valuesOf(sighting))) };
  } catch (error) {
    const why = 'why' in toError(error) ? `: ${String((error as { why?: unknown }).why)}` : '';
    return { failure: `the facts of ${rule.do.signal} cannot be made: ${toError(error).message}${why}` };
  }
}
