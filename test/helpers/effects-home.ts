import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { momentOf } from '../../src/lib/base/clock-step.js';
import { systemClock } from '../../src/lib/base/clock.js';
import type { Bus, StateChange } from '../../src/lib/bus/bus.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import type { Config } from '../../src/lib/config/schema.js';
import { CYCLE_KEY } from '../../src/lib/dream/cycle/answers.js';
import { beginCycle, stepCycle } from '../../src/lib/dream/cycle/cycle.js';
import { releaseLock } from '../../src/lib/dream/cycle/lock.js';
import { writeSnapshot } from '../../src/lib/dream/cycle/snapshot.js';
import { readExperiments } from '../../src/lib/dream/experiment-file.js';
import { openTournament, recordPath } from '../../src/lib/dream/tournament/record.js';
import { openInvestigationStore } from '../../src/lib/investigation/store.js';
import { ADVISORIES, RULES_HEAR } from '../../src/lib/policy/rule-signals.js';
import { recordOf } from '../daemons/surroundings.js';
import { result } from '../lib/dream/results.js';
import { anyMachine } from './colony.js';

/** In an hour: what is due then is due before by nobody's word but a forged one. */
export const LATER = new Date(Date.now() + 3_600_000).toISOString();

const HEALER = 'sweep';
/** Settings of a colony in which whatever a signal may cause leaves a trace. */
export const TRACING = {
  delivery: { pollMs: 100, backoffMs: 20 },
  dream: { maxLoad: 100_000, minFreeMb: 0, matches: 1 },
  health: anyMachine,
  monitor: { intervalMs: 100 },
  policy: { alsoSays: ['Q_POLICY_ACTED'] },
  flight: { beforeMs: 0, afterMs: 1, maxFiles: 1_000 },
  expectations: { Q_PONG: { after: 'Q_PING', within: '500ms', waiting: '500ms', by: 'key', emit: 'Q_PING_TIMEOUT' } },
  healing: {
    commands: {
      [HEALER]: { path: '/bin/sh', args: ['-c', 'echo > ran/$KLOROS_REPAIR_RULE.$KLOROS_REPAIR_SUBJECT'] },
    },
  },
};

/** Which fact of a signal tells one of them from another, for the rules below. */
export const TELLING: Readonly<Record<string, string>> = {
  Q_PROMOTIONS_DETECTED: 'promotions_path',
  Q_MODULE_DISCOVERED: 'module_name',
  Q_HEALTH_ALERT: 'alert_type',
  Q_DREAM_REQUESTED: 'reason',
  Q_DREAM_COMPLETE: 'cycle_id',
  Q_DREAM_TIMEOUT: 'cycle_id',
};

const policy = (hears: string, from: 'colony' | 'peers') => ({
  ...{ name: `${from}_${hears}`, hears, from, say: 'Q_POLICY_ACTED' },
  with: { rule: `${from}_${hears}`, key: `=facts.${TELLING[hears]}` },
});
const off = (name: string) => ({ name, enabled: false });
const POLICIES = [
  ...RULES_HEAR.map((name) => policy(name, 'colony')),
  ...ADVISORIES.map((name) => policy(name, 'peers')),
  ...['promotions_start_a_cycle', 'requests_start_a_cycle'].map(off),
];
const sweep = (from: 'colony' | 'peers') => ({
  ...{ name: from, from, when: { event: 'health_critical' }, do: { action: 'run_command', command: HEALER } },
  ...{ cooldown: '1s', budget: 60 },
});
const HEALING = [
  sweep('colony'),
  sweep('peers'),
  {
    ...{ name: 'restart', when: { event: 'missing_signal', signal: 'Q_INVESTIGATION_TIMEOUT' }, budget: 60 },
    do: { action: 'restart_daemon', daemon: 'investigation_consumer_daemon' },
  },
  ...['restart_the_silent_investigator', 'restart_the_silent_dreamer', 'restart_who_does_not_beat'].map(off),
];

const LEVEL = { search_space: { level: { type: 'int', min: 0, max: 9 } }, baseline: { level: 1 } };
const metrics = { target_direction: { score: 'up' } };
const noting = (home: string, name: string) => ({
  ...{ name, ...LEVEL, metrics },
  evaluator: { command: ['sh', '-c', `echo > ${home}/ran/${name}; exit 1`] },
});
/** An experiment whose winner goes into a file of its name. */
export const deployable = (name: string) => ({
  ...{ name, ...LEVEL, metrics, param_mapping: { level: { file: `${name}.env`, key: 'LEVEL' } } },
  evaluator: { command: ['sh', '-c', 'echo "{\\"score\\": $((100 + KLOROS_PARAM_LEVEL))}"'] },
});

/** Files that a colony finds, with something to work at for everybody who may cause something. */
export async function writeEffectsHome(config: Config, keys: readonly string[]): Promise<void> {
  const { home } = config;
  const { policies, healing, dream } = pathsOf(config);
  mkdirSync(join(home, 'ran'));
  writeFileSync(policies, stringify({ rules: POLICIES }));
  writeFileSync(healing, stringify({ budget: 100, rules: HEALING }));
  const winners = ['kept', ...keys.flatMap((key) => [`done_${key}`, `approved_${key}`])];
  const noted = ['stepping', 'playing', ...keys.map((key) => `topic_${key}`)].map((name) => noting(home, name));
  writeFileSync(dream, stringify({ experiments: [...noted, ...winners.map(deployable)] }));
  for (const name of winners) writeWinner(config, name);
  await writeInvestigations(config, keys);
}

/** A cycle of the experiment's name has ended with a winner. */
export function writeWinner(config: Config, name: string): void {
  const { dreamLab } = pathsOf(config);
  const measured = { metrics: { score: 106 }, fitness: 1, spread: { score: 0 }, artifacts: [] };
  const found = {
    ...{ experiment: name, success: true, failure: null, winner: { id: 'w', params: { level: 6 }, ...measured } },
    ...{ baseline: null, fitness_improvement: 0.05, ended_by: 'patience', alarms: [], pareto: [], history: [] },
    ...{ failures: [], objectives: [], effects: [] },
  };
  writeFileSync(join(config.home, `${name}.env`), 'LEVEL=1\n');
  mkdirSync(join(dreamLab, name), { recursive: true });
  const ended = result(name, '2026-01-01T00:00:01.000Z', { experiments: [found] });
  writeFileSync(join(dreamLab, name, 'result.json'), JSON.stringify(ended));
}

async function writeInvestigations(config: Config, keys: readonly string[]): Promise<void> {
  const store = openInvestigationStore(pathsOf(config));
  for (const key of keys) {
    const module_name = `mod_${key}`;
    const module_dir = join(config.sourceRoots[0] ?? '', module_name);
    mkdirSync(module_dir, { recursive: true });
    writeFileSync(join(module_dir, 'play.py'), 'def play(): pass\n');
    const about = { module_name, module_path: `src.${module_name}`, module_dir };
    await store.append(
      recordOf({ ...about, id: key, question_id: `known.${key}`, hypothesis: `UNDISCOVERED_MODULE_${module_name}` }),
    );
  }
  store.close();
}

/** Gives the steps inside of daemons something to go on with: a cycle, a tournament, a flight of a policy. */
export async function prepareSteps({ config, bus }: { config: Config; bus: Bus }): Promise<void> {
  const { dreamLab, dream } = pathsOf(config);
  for (const cycle of ['stepped', 'opened', 'played']) rmSync(join(dreamLab, cycle), { recursive: true, force: true });
  rmSync(join(config.home, 'ran'), { recursive: true });
  mkdirSync(join(config.home, 'ran'));
  const experiments = { ...(await readExperiments(dream)), begun: momentOf(systemClock) };
  await writeSnapshot(dreamLab, 'opened', experiments);
  await writeSnapshot(dreamLab, 'played', experiments);
  const entrants = [tried('a', 2), tried('b', 3)];
  const order = { tournament_id: 'played/playing', cycle_id: 'played', experiment: 'playing', deadline: LATER };
  await openTournament(
    recordPath(dreamLab, order),
    { ...order, entrants, baseline: tried('baseline', 1), scale: {} },
    1,
  );
  const request = { cycleId: 'stepped', triggerId: null, topic: 'stepping', reason: 'test', promotions: [] };
  const begun = await beginCycle(request, { config, dreamLab, experiments, clock: systemClock });
  const { signal: abort } = new AbortController();
  const place = { dreamLab, deployRoot: config.deployRoot, experiments, clock: systemClock, abort };
  const { state: cycle } = await stepCycle(begun.state, place);
  await remember(bus, 'dream_consumer_daemon', { key: CYCLE_KEY, value: cycle });
  await remember(bus, 'kloros_policy_engine', { key: 'flight:due', value: flight() });
}

/** Ends what was prepared, so that others have their turn. */
export async function forgetSteps({ config, bus }: { config: Config; bus: Bus }): Promise<void> {
  await remember(bus, 'dream_consumer_daemon', { key: CYCLE_KEY, value: null });
  await releaseLock(pathsOf(config).dreamLab, 'stepped');
}

/** Has a policy wait for the answer to a trigger. */
export async function rememberFlight(bus: Bus, id: string): Promise<void> {
  await remember(bus, 'kloros_policy_engine', { key: `flight:${id}`, value: flight() });
}

/** A candidate as a tournament knows it. */
export function tried(id: string, level: number) {
  return { id, params: { level } };
}

function flight() {
  const said = { rule: 'colony_Q_DREAM_REQUESTED', signal: 'Q_DREAM_TRIGGER', facts: {}, caseKey: 'c', decision: 'd' };
  return { ...said, atMs: 0, answerByMs: Date.parse(LATER), attempt: 1, trace: 't', overdue: false };
}

async function remember(bus: Bus, daemon: string, change: StateChange): Promise<void> {
  await bus.commit({ signals: [], deadLetters: [], state: [change] }, daemon);
}
