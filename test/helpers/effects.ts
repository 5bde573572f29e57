import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathsOf } from '../../src/lib/config/paths.js';
import { CYCLE_KEY } from '../../src/lib/dream/cycle/answers.js';
import { recordPath } from '../../src/lib/dream/tournament/record.js';
import { keysOf } from '../../src/lib/investigation/suppression.js';
import { ADVISORIES, RULES_HEAR } from '../../src/lib/policy/rule-signals.js';
import type { Facts } from '../../src/lib/signals/envelope.js';
import { factsFor } from './effect-facts.js';
import { TELLING } from './effects-home.js';
import { KILL } from '../../src/lib/signals/kill.js';
import type { Level } from '../../src/lib/signals/origin.js';
import type { TestColony } from './run.js';
import { DOORS } from './strangers.js';

type Look = Pick<TestColony, 'config' | 'bus'>;

/** Something that a signal may cause, and where that is seen. */
export interface Effect {
  what: string;
  signal: string;
  /** The daemon that takes the signal for it; null where it reads the journal by itself. */
  by: string | null;
  /** Who may cause it. Written here once more, so that a declaration cannot change it unnoticed. */
  from: 'ask' | 'act' | 'consent' | 'colony';
  happened(colony: Look, key: string): boolean | Promise<boolean>;
}

const ran = (name: (key: string) => string) => (colony: Look, key: string) =>
  existsSync(join(colony.config.home, 'ran', name(key)));
const isDeployed = (name: (key: string) => string) => (colony: Look, key: string) =>
  readFileSync(join(colony.config.home, `${name(key)}.env`), 'utf8') === 'LEVEL=6\n';
const investigated = (id: (key: string) => string) => (colony: Look, key: string) =>
  readFileSync(pathsOf(colony.config).investigations, 'utf8').includes(`"question_id":"${id(key)}"`);
const remembers =
  (daemon: string, prefix: (key: string) => string) =>
  async ({ bus }: Look, key: string) =>
    Object.keys(await bus.state(daemon, prefix(key))).length > 0;

/** The signal of this name that has these facts. */
async function find({ bus }: Look, name: string, facts: Facts): Promise<string | undefined> {
  const said = (await bus.browse({ signals: [name] })).map(({ signal }) => signal);
  return said.find((one) => Object.entries(facts).every(([fact, value]) => one.facts[fact] === value))?.id;
}

const isSaid = (name: string, facts: (key: string) => Facts) => async (colony: Look, key: string) =>
  (await find(colony, name, facts(key))) !== undefined;
const acted = (signal: string, from: string) =>
  isSaid('Q_POLICY_ACTED', (key) => ({
    ...{ rule: `${from}_${signal}`, key: factsFor(signal, key)[TELLING[signal] ?? ''] },
  }));

const INVESTIGATOR = 'investigation_consumer_daemon';
const POLICIES = 'kloros_policy_engine';
const MONITOR = 'orchestrator_monitor';
const lab = ({ config }: Look) => pathsOf(config).dreamLab;

/** Everything that the colony does at a signal's word. */
export const EFFECTS: readonly Effect[] = [
  {
    ...{ what: 'a question is investigated', signal: 'Q_CURIOSITY_INVESTIGATE', by: INVESTIGATOR, from: 'ask' },
    happened: investigated((key) => `asked.${key}`),
  },
  ...RULES_HEAR.map((signal): Effect => ({
    ...{ what: 'a policy acts', signal, by: POLICIES, from: 'act' },
    happened: acted(signal, 'colony'),
  })),
  ...ADVISORIES.map((signal): Effect => ({
    ...{ what: 'a policy acts that says from: peers', signal, by: POLICIES, from: 'ask' },
    happened: acted(signal, 'peers'),
  })),
  {
    ...{ what: 'a policy takes its trigger for answered', signal: 'Q_DREAM_COMPLETE', by: POLICIES, from: 'act' },
    happened: async (colony, key) => !(await remembers(POLICIES, () => `flight:flight_${key}`)(colony, key)),
  },
  {
    ...{ what: 'a policy takes its trigger for lost', signal: 'Q_POLICY_DUE', by: POLICIES, from: 'colony' },
    happened: async (colony, key) => !(await remembers(POLICIES, () => 'flight:due')(colony, key)),
  },
  {
    ...{ what: 'minutes are recorded', signal: 'Q_HEALTH_ALERT', by: MONITOR, from: 'act' },
    happened: async (colony, key) => {
      const id = await find(colony, 'Q_HEALTH_ALERT', { alert_type: key });
      const { flights } = pathsOf(colony.config);
      return existsSync(flights) && readdirSync(flights).some((name) => name.includes(`${id}`));
    },
  },
  {
    ...{ what: 'a healing command runs', signal: 'Q_HEALTH_ALERT', by: null, from: 'act' },
    happened: ran((key) => `colony.${key}`),
  },
  {
    ...{ what: 'a healing command runs whose rule says from: peers', signal: 'Q_HEALTH_ALERT', by: null, from: 'ask' },
    happened: ran((key) => `peers.${key}`),
  },
  {
    ...{ what: 'a daemon is restarted', signal: 'Q_INVESTIGATION_TIMEOUT', by: null, from: 'act' },
    happened: async (colony, key) => {
      const started = await find(colony, 'Q_REPAIR_STARTED', { rule: 'restart', subject: key });
      const made = await colony.bus.browse({ signals: ['Q_REPAIR_MADE'] });
      return made.some(({ signal }) => signal.cause_id === started && signal.facts['outcome'] === 'made');
    },
  },
  {
    ...{ what: 'a question counts as failed', signal: 'Q_INVESTIGATION_TIMEOUT', by: INVESTIGATOR, from: 'act' },
    happened: remembers(INVESTIGATOR, (key) => keysOf(`late.${key}`)),
  },
  {
    ...{ what: 'a capability is registered', signal: 'Q_INVESTIGATION_COMPLETE', from: 'act' },
    by: 'capability_integrator_daemon',
    happened: ({ config }, key) =>
      existsSync(config.capabilitiesPath) && readFileSync(config.capabilitiesPath, 'utf8').includes(`mod_${key}:`),
  },
  {
    ...{ what: 'evidence is kept', signal: 'Q_INVESTIGATION_COMPLETE', from: 'act' },
    by: 'semantic_dedup_consumer_daemon',
    happened: ({ config }, key) => {
      const { evidence } = pathsOf(config);
      return existsSync(evidence) && readdirSync(evidence).some((name) => name.includes(`mod_${key}`));
    },
  },
  {
    ...{ what: 'a request that waits is answered', signal: 'Q_PONG', by: null, from: 'act' },
    happened: async (colony, key) => (await find(colony, 'Q_PING_TIMEOUT', { key })) === undefined,
  },
  {
    ...{ what: 'the registry is looked at', signal: 'Q_MODULE_INTEGRATED', by: MONITOR, from: 'act' },
    happened: async (colony, key) => {
      const id = await find(colony, 'Q_MODULE_INTEGRATED', { module_name: `integrated_${key}` });
      return (await colony.bus.standing(MONITOR, id ?? '')) === 'handled';
    },
  },
  {
    ...{ what: 'an evaluator is started by a trigger', signal: 'Q_DREAM_TRIGGER', from: 'act' },
    by: 'dream_consumer_daemon',
    happened: ran((key) => `topic_${key}`),
  },
  {
    ...{ what: 'an evaluator is started by a step', signal: 'Q_DREAM_STEP', from: 'colony' },
    by: 'dream_consumer_daemon',
    happened: ran(() => 'stepping'),
  },
  {
    ...{ what: 'a cycle ends', signal: 'Q_TOURNAMENT_COMPLETE', by: 'dream_consumer_daemon', from: 'colony' },
    happened: async ({ bus }) => !(CYCLE_KEY in (await bus.state('dream_consumer_daemon'))),
  },
  {
    ...{ what: 'a record of candidates is written', signal: 'Q_TOURNAMENT_TRIGGER', from: 'colony' },
    by: 'tournament_consumer_daemon',
    happened: (colony) => existsSync(recordPath(lab(colony), { cycle_id: 'opened', experiment: 'stepping' })),
  },
  {
    ...{ what: 'an evaluator is started by a match', signal: 'Q_TOURNAMENT_MATCH', from: 'colony' },
    by: 'tournament_consumer_daemon',
    happened: ran(() => 'playing'),
  },
  {
    ...{ what: 'a winner is deployed', signal: 'Q_DREAM_COMPLETE', by: 'winner_deployer_daemon', from: 'act' },
    happened: isDeployed((key) => `done_${key}`),
  },
  {
    ...{ what: 'a winner is deployed by consent', signal: 'Q_DEPLOYMENT_APPROVED', from: 'consent' },
    by: 'winner_deployer_daemon',
    happened: isDeployed((key) => `approved_${key}`),
  },
  {
    ...{ what: 'a repair is carried out, or answered', signal: 'Q_REPAIR_STARTED', by: MONITOR, from: 'colony' },
    happened: isSaid('Q_REPAIR_MADE', (rule) => ({ rule })),
  },
];

/** What a level allows, in this test's own word. */
export const mayCause = (level: Level, from: Effect['from']) =>
  from === 'ask' ? level !== 'observe' : from === 'act' && level === 'act';

/** Refusals after one signal of each name at each door: a subscription refuses what nothing that it does is open to, once for each door of an identity. */
export function refusalsAt(level: Level): string[] {
  const open = new Map<string, boolean>([[` ${KILL}`, level === 'act']]);
  for (const { signal, by, from } of EFFECTS) {
    const key = `${by} ${signal}`;
    if (by !== null) open.set(key, (open.get(key) ?? false) || mayCause(level, from));
  }
  const refused = [...open].flatMap(([key, isOpen]) => (isOpen ? [] : key));
  const doors = [...DOORS.values()].map(({ identity }) => identity);
  return refused.flatMap((key) =>
    (['anonymous', 'local'] as const).map(
      (identity) => `${key} peer:${identity} ${level} ${doors.filter((one) => one === identity).length}`,
    ),
  );
}
