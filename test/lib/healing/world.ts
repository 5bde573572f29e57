import { COLONY } from '../../../src/lib/signals/origin.js';
import { configSchema } from '../../../src/lib/config/schema.js';
import { heal, type Healed, type Heard } from '../../../src/lib/healing/heal.js';
import { isOfRepair } from '../../../src/lib/healing/lineage.js';
import { builtInRules, parseRules, type ParseOptions, type Rules } from '../../../src/lib/healing/rules.js';
import type { Sighting } from '../../../src/lib/healing/sighting.js';
import type { Draft, Facts, Signal } from '../../../src/lib/signals/envelope.js';
import { checkFacts } from '../../../src/lib/signals/facts.js';
import { idFromKey } from '../../../src/lib/signals/id.js';
import { mint } from '../../../src/lib/signals/mint.js';

const START_MS = Date.UTC(2025, 10, 15, 10, 0);
export const MINUTE_MS = 60_000;

export const INVESTIGATOR = 'investigation_consumer_daemon';

/** What rules of these tests may name. */
const OPTIONS: ParseOptions = {
  path: 'healing.yaml',
  daemons: [{ name: 'chemical_bus', role: 'hub' }, { name: INVESTIGATOR }, { name: 'dream_consumer_daemon' }],
  timeouts: ['Q_INVESTIGATION_TIMEOUT', 'Q_DREAM_TIMEOUT'],
  mayEmit: ['Q_MY_REPAIR', 'Q_CURIOSITY_INVESTIGATE'],
  commands: ['sweep'],
};

const pairs = configSchema.parse({
  home: '/h',
  sourceRoots: [],
  deployRoot: '/h/deployed',
  capabilitiesPath: '/h/c.yaml',
}).expectations;

export const rulesOf = (text: string): Rules => parseRules(text, OPTIONS);

/** Rules that are written as objects. */
export const rulesFrom = (...rules: object[]): Rules => rulesOf(JSON.stringify({ rules }));

/** A healer without daemon and journal: what it says is kept in a list, its state as the journal keeps it. */
export function world(rules: Rules = builtInRules(OPTIONS)) {
  const state: Record<string, unknown> = {};
  const said: Signal[] = [];
  let unheard: Signal[] = [];
  let count = 0;
  const put = (signal: Signal): Signal => {
    said.push(signal);
    unheard.push(signal);
    return signal;
  };
  const self = {
    rules,
    state,
    said,
    nowMs: START_MS,
    /** By how much the wall clock was set. */
    setMs: 0,
    /** What the healer sees by itself. */
    seen: [] as Sighting[],
    standing: new Set<string>(),
    /** Anybody says a signal; nobody has decided on it yet. */
    emit(signal: string, facts: Facts, cause?: Pick<Signal, 'id' | 'trace'>): Signal {
      const more = cause === undefined ? {} : { cause };
      return put(mint({ signal, facts }, { id: `S${(count += 1)}`, source: 'test', nowMs: self.nowMs, ...more }));
    },
    timeout(question = 'q', facts: Facts = {}, cause?: Pick<Signal, 'id' | 'trace'>): Signal {
      const action = 'restart_investigation_consumer';
      const known = { question_id: question, timeout_seconds: 600, suggested_action: action, daemon: INVESTIGATOR };
      return self.emit('Q_INVESTIGATION_TIMEOUT', { ...known, ...facts }, cause);
    },
    /** One look; what it says is in the journal afterwards. */
    async look(): Promise<Healed & { new: Signal[] }> {
      const find = async (id: string) => {
        const signal = said.find((one) => one.id === id);
        return (
          signal && { seq: 1, signal, frame: Buffer.alloc(0), receivedAtMs: self.nowMs, from: COLONY, chain: COLONY }
        );
      };
      const heard: Heard[] = [];
      for (const signal of unheard)
        heard.push({ signal, from: COLONY, isOfRepair: await isOfRepair(signal, { find }) });
      unheard = [];
      const { nowMs, standing } = self;
      const seen: Parameters<typeof heal>[0]['seen'] = (when) => self.seen.filter(({ event }) => event === when.event);
      const input = { rules: self.rules, daemons: OPTIONS.daemons, pairs, heard, seen, standing, nowMs };
      const moment = { wallMs: nowMs, boot: 'first', uptimeMs: nowMs - self.setMs };
      const healed = heal({ ...input, moment, state: structuredClone(state) });
      for (const { key, value } of healed.state) {
        if (value === null) Reflect.deleteProperty(state, key);
        else state[key] = structuredClone(value);
      }
      return { ...healed, new: healed.signals.map((draft) => put(minted(draft, nowMs))) };
    },
    pass(ms: number): void {
      self.nowMs += ms;
    },
    /** What carrying out a repair answers. */
    made(started: Signal, outcome: 'made' | 'failed' | 'refused' = 'made'): Signal {
      const { rule, action, target } = started.facts;
      return self.emit('Q_REPAIR_MADE', { rule, action, target, outcome, detail: 'so', duration_ms: 1 }, started);
    },
  };
  return self;
}

function minted(draft: Draft, nowMs: number): Signal {
  const { derivedFrom = { atMs: 0, key: '' } } = draft;
  const facts = checkFacts(draft.signal, draft.facts);
  return mint({ ...draft, facts }, { id: idFromKey(derivedFrom.atMs, derivedFrom.key), source: 'monitor', nowMs });
}

/** A sighting by the healer itself. */
export function sighted(event: Sighting['event'], daemon = INVESTIGATOR): Sighting {
  const words = { detail: `${daemon} is so`, threshold: '60 s' };
  return { event, subject: daemon, daemon, ...words, signal: null, facts: {}, sought: null };
}

/** Names of what was said. */
export const namesOf = (signals: readonly { signal: string }[]) => signals.map(({ signal }) => signal);
