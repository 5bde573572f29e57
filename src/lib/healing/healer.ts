import type { Clock } from '../base/clock.js';
import type { HotFile } from '../base/hot-file.js';
import { isStopped } from '../base/process-identity.js';
import type { Attendant, JournalView, Recorded, StateChange } from '../bus/bus.js';
import type { Config } from '../config/schema.js';
import { momentOf } from '../base/clock-step.js';
import type { Draft } from '../signals/envelope.js';
import { say } from '../signals/facts.js';
import { isAccepted } from '../signals/origin.js';
import { heal, type Considered } from './heal.js';
import { isOfRepair } from './lineage.js';
import { Memory } from './memory.js';
import type { Surroundings } from './rule.js';
import type { Rules } from './rules.js';
import { Watch } from './watch.js';

/** What the healer sees the colony by. */
export interface HealerParts {
  config: Pick<Config, 'healing' | 'expectations' | 'delivery'>;
  clock: Clock;
  journal: Pick<JournalView, 'browse' | 'find' | 'newest' | 'consumers'>;
  file: HotFile<Rules>;
  daemons: Surroundings['daemons'];
  processes: () => Promise<readonly Attendant[]>;
  restarts: () => Promise<readonly { name: string; restarts: number | null }[]>;
}

/** What a look has to say and to keep, in one transaction. */
export interface HealerLook {
  signals: Draft[];
  state: StateChange[];
  considered: Considered[];
  /** What an operator's log says of the file. */
  words: string | undefined;
}

/** Said by whoever carries out a repair, and believed from nobody else. */
const MADE = 'Q_REPAIR_MADE';
const PAGE = 500;
/** Read in a look; the rest has its turn in the next one. */
const MOST_PAGES = 10;

/** Looks at the colony again and again, and decides by declared rules what is to be repaired. */
export class Healer {
  readonly #parts: HealerParts;
  readonly #watch = new Watch();
  /** Where it has read further than the state knows, since nothing was there that matters. */
  #readTo = 0;

  constructor(parts: HealerParts) {
    this.#parts = parts;
  }

  /** The colony was held back: what the healer saw before does not count. */
  beginAnew(): void {
    this.#watch.beginAnew();
  }

  /** `state` is the monitor's own, as it was written after the look before. */
  async look(state: Readonly<Record<string, unknown>>): Promise<HealerLook> {
    const { file, clock, config, daemons } = this.#parts;
    const rules = inForce(await file.refresh(), config.healing.enabled);
    const nowMs = clock.nowMs();
    const news = fileNews(file, state, nowMs);
    this.#watch.look(await this.#measure());
    const { recorded, readTo } = await this.#read(state, rules);
    const healed = heal({
      ...{ rules, daemons, pairs: config.expectations, state, nowMs },
      moment: momentOf(clock),
      heard: await this.#heard(recorded),
      seen: (when) => this.#watch.sightings(when),
      standing: standingAlerts(state),
    });
    const isFirst = new Memory(state).position === undefined;
    const changed = [...news.state, ...healed.state];
    const isKept = isFirst || recorded.length > 0 || changed.length > 0;
    this.#readTo = readTo;
    return {
      signals: [...news.alerts, ...healed.signals],
      state: isKept ? [...changed, ...positionAt(state, readTo)] : [],
      considered: healed.considered,
      words: news.words,
    };
  }

  async #measure() {
    const { clock, config, journal, daemons, processes, restarts } = this.#parts;
    const isDaemon = ({ name }: { name: string }) => daemons.some((daemon) => daemon.name === name);
    return {
      monotonicMs: clock.monotonicMs(),
      leaseMs: config.delivery.leaseMs,
      consumers: (await journal.consumers()).filter(isDaemon),
      processes: (await processes()).filter(isDaemon).map((one) => ({ ...one, isStopped: isStopped(one.pid) })),
      restarts: (await restarts()).filter(isDaemon),
    };
  }

  async #read(state: Readonly<Record<string, unknown>>, rules: Rules) {
    const { journal } = this.#parts;
    const newest = await journal.newest();
    const position = new Memory(state).position;
    // A healer that is new looks at what comes, and not at what was: that was nobody's to repair.
    if (position === undefined) return { recorded: [], readTo: newest };
    const recorded: Recorded[] = [];
    const signals = this.#names(rules);
    let afterSeq = Math.max(position, this.#readTo);
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const page = await journal.browse({ afterSeq, signals, limit: PAGE });
      recorded.push(...page);
      afterSeq = page.at(-1)?.seq ?? afterSeq;
      if (page.length === 0) return { recorded, readTo: Math.max(newest, afterSeq) };
    }
    return { recorded, readTo: afterSeq };
  }

  /** What rules wait for, what tells of earlier repairs, and what shows that they helped. */
  #names({ rules }: Rules): string[] {
    const pairs = Object.entries(this.#parts.config.expectations);
    const named = rules.flatMap(({ when, helped }) => {
      const waited = when.event === 'missing_signal' ? [when.signal] : [];
      const untils = pairs.flatMap(([until, { emit }]) => (waited.includes(emit) ? [until] : []));
      return [...waited, ...untils, ...(helped.signal === undefined ? [] : [helped.signal])];
    });
    return [...new Set([...named, 'Q_HEALTH_ALERT', MADE])];
  }

  async #heard(recorded: readonly Recorded[]) {
    const { journal } = this.#parts;
    const believed = recorded.filter(({ signal, from }) => isAccepted(signal.signal === MADE ? 'colony' : 'ask', from));
    return Promise.all(
      believed.map(async ({ signal, from }) => ({ signal, from, isOfRepair: await isOfRepair(signal, journal) })),
    );
  }
}

/** With healing switched off no rule begins anything; what was begun is judged all the same. */
function inForce(rules: Rules, isEnabled: boolean): Rules {
  if (isEnabled) return rules;
  return { ...rules, rules: rules.rules.map((rule) => ({ ...rule, enabled: false })) };
}

/** Alerts that the monitor said and that have not cleared (`lib/health/conditions`). */
function standingAlerts(state: Readonly<Record<string, unknown>>): Set<string> {
  const prefix = 'alert:';
  return new Set(Object.keys(state).flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : [])));
}

function positionAt(state: Readonly<Record<string, unknown>>, seq: number): StateChange[] {
  const memory = new Memory(state);
  memory.position = seq;
  return memory.changes();
}

function fileNews(file: HotFile<Rules>, state: Readonly<Record<string, unknown>>, nowMs: number) {
  const { refused, isNew, state: changes } = file.news(state, nowMs);
  const words = isNew ? `Healing rules ${file.current.version} are in force` : undefined;
  if (refused === undefined) return { alerts: [], state: changes, words };
  const why = `${refused.message}: ${refused.why ?? ''}`;
  const alert = say('Q_HEALTH_ALERT', {
    alert_type: 'healing_invalid',
    severity: 'warning',
    metric_value: why,
    threshold: 'valid',
    recommended_action: 'mend_healing_yaml',
  });
  return { alerts: [alert], state: changes, words: `${why}. The old rules stay in force` };
}
