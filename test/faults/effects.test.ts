import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daemons } from '../../src/daemons/index.js';
import { investigationConsumer } from '../../src/daemons/investigation-consumer.js';
import type { Refusal } from '../../src/lib/bus/bus.js';
import type { AnyDaemon } from '../../src/lib/runtime/define-daemon.js';
import type { RunningDaemon } from '../../src/lib/runtime/run-options.js';
import type { Signal } from '../../src/lib/signals/envelope.js';
import { KILL } from '../../src/lib/signals/kill.js';
import { COLONY, CONSENT, LEVELS } from '../../src/lib/signals/origin.js';
import { kloros } from '../helpers/cli.js';
import { until } from '../helpers/colony.js';
import { factsFor } from '../helpers/effect-facts.js';
import { EFFECTS, mayCause, refusalsAt, type Effect } from '../helpers/effects.js';
import { forgetSteps, prepareSteps, rememberFlight, TRACING, writeEffectsHome } from '../helpers/effects-home.js';
import { startColony, type TestColony } from '../helpers/run.js';
import { signalOf } from '../helpers/signals.js';
import { DOORS, forged, sendAll } from '../helpers/strangers.js';

const MONITOR = 'orchestrator_monitor';
const LIMIT_MS = 240_000;
/** Signals of the table, those first that are a step inside of a daemon's work: they want what is prepared for them. */
const isStep = ({ from }: Effect) => from === 'colony';
const STEPS = EFFECTS.filter(isStep);
const OTHERS = EFFECTS.filter((effect) => !isStep(effect));
const namesOf = (effects: readonly Effect[]) => [...new Set(effects.map(({ signal }) => signal))];

let colony: TestColony;
const running = new Map<string, RunningDaemon>();
const restarted: string[] = [];

async function start(daemon: AnyDaemon): Promise<void> {
  const keeper = { daemons, restarts: async () => [], restart };
  running.set(daemon.name, await colony.start(daemon, { keeper }));
}

/** What a supervisor does, in this process. */
async function restart(name: string): Promise<string> {
  await running.get(name)?.stop();
  await start(investigationConsumer);
  restarted.push(name);
  return 'the test';
}

/** Who does not run while strangers send: daemons at whose ports they do, and who would miss an answer meanwhile. */
const isAway = ({ name, portOffset }: AnyDaemon) => portOffset !== undefined || name === MONITOR;

/** Sends through every door, those of daemons included; all of it waits for them. */
async function strangersSend(names: readonly string[]): Promise<void> {
  const away = daemons.filter(isAway);
  for (const { name } of away) await running.get(name)?.stop();
  for (const [key, door] of DOORS) {
    await colony.bus.emit(questionsFor(names, key), COLONY);
    const messages = names.map((name) => forged(name, factsFor(name, key), key));
    await sendAll(colony, door, messages);
  }
  for (const daemon of away) await start(daemon);
}

/** What an answer among these answers. */
const questionsFor = (names: readonly string[], key: string) =>
  names.includes('Q_PONG') ? [signalOf('Q_PING', { key })] : [];

async function colonySends(names: readonly string[]): Promise<void> {
  const said = names.map((name) => signalOf(name, factsFor(name, 'colony')));
  const isConsent = ({ signal }: Signal) => signal === 'Q_DEPLOYMENT_APPROVED';
  await colony.bus.emit([...questionsFor(names, 'colony'), ...said.filter((one) => !isConsent(one))], COLONY);
  await colony.bus.emit(said.filter(isConsent), CONSENT);
}

const isIdle = async () =>
  (await colony.bus.consumers()).every(({ lag, waiting, running: now }) => lag + waiting + now === 0);
const monitor = () => colony.bus.state(MONITOR);

/** Nothing waits for a daemon, and what the monitor does in rounds of its own is done. */
async function atRest(): Promise<void> {
  await until('all is handled', isIdle, LIMIT_MS);
  const mark = signalOf('Q_HEALTH_ALERT', { ...factsFor('Q_HEALTH_ALERT', 'mark'), severity: 'info' });
  await colony.bus.emit([mark, signalOf('Q_PING', { key: mark.id })], COLONY);
  const { seq = Infinity } = (await colony.bus.find(mark.id)) ?? {};
  await until('repairs are decided', async () => Number((await monitor())['healing:position']) >= seq, LIMIT_MS);
  const missed = async () => (await colony.bus.browse({ signals: ['Q_PING_TIMEOUT'] })).map(({ signal }) => signal);
  await until('requests time out', async () => (await missed()).some(({ facts }) => facts['key'] === mark.id));
  await until('all of that is handled', isIdle, LIMIT_MS);
  await until(
    'recordings are written',
    async () => !Object.keys(await monitor()).some((key) => key.startsWith('flight:')),
  );
}

/** What is to be seen, in words that show what is amiss. */
async function seen(effects: readonly Effect[], keys: Iterable<string>): Promise<Record<string, boolean>> {
  const found: Record<string, boolean> = {};
  for (const key of keys)
    for (const effect of effects) found[inWords(effect, key)] = await effect.happened(colony, key);
  return found;
}

const inWords = ({ what, signal }: Effect, key: string) => `${what} by ${signal} from ${key}`;

function expected(effects: readonly Effect[], allowed: (effect: Effect) => boolean, keys: Iterable<string>) {
  return Object.fromEntries(
    [...keys].flatMap((key) => effects.map((effect) => [inWords(effect, key), allowed(effect)])),
  );
}

describe('the table of effects', () => {
  it('has every signal that a daemon takes', () => {
    const taken = daemons.flatMap(({ name, hears }) => hears.map((signal) => `${signal} ${name}`));
    const known = EFFECTS.flatMap(({ signal, by }) => (by === null ? [] : `${signal} ${by}`));
    expect([...new Set(known)].sort()).toEqual([...taken].sort());
  });
});

describe.each(LEVELS)('in a running colony a stranger who may %s', { timeout: LIMIT_MS }, (level) => {
  const keys = [...DOORS.keys(), 'colony'];
  const allowed = ({ from }: Effect) => mayCause(level, from);

  beforeAll(async () => {
    colony = await startColony({ ...TRACING, bus: { anonymous: level, local: level } });
    await writeEffectsHome(colony.config, keys);
    for (const daemon of daemons) if (daemon.role !== 'hub') await start(daemon);
    await until('the monitor looks', async () => 'healing:position' in (await monitor()));
    restarted.length = 0;
    const kept = { cycle_id: 'kept', success: true, tournament_winner: 'w' };
    await colony.bus.emit([signalOf('Q_DREAM_COMPLETE', kept)], COLONY);
    await until('a winner is in use', () => keptText() === 'LEVEL=6\n', LIMIT_MS);
  }, LIMIT_MS);
  afterAll(() => colony.end(), LIMIT_MS);

  const keptText = () => readFileSync(join(colony.config.home, 'kept.env'), 'utf8');

  it('causes no step inside of a daemon’s work, through any door', async () => {
    await prepareSteps(colony);
    await strangersSend(namesOf(STEPS));
    await until('all is handled', isIdle, LIMIT_MS);
    expect(await seen(STEPS, DOORS.keys())).toEqual(expected(STEPS, () => false, DOORS.keys()));
    for (const name of namesOf(STEPS)) {
      await prepareSteps(colony);
      await colonySends([name]);
      await until('all is handled', isIdle, LIMIT_MS);
      const own = STEPS.filter(({ signal }) => signal === name);
      expect(await seen(own, ['colony'])).toEqual(expected(own, () => true, ['colony']));
    }
    await forgetSteps(colony);
  });

  it('causes of the rest what his level allows, through each door, and the colony causes all of it', async () => {
    for (const key of keys) await rememberFlight(colony.bus, `flight_${key}`);
    await strangersSend([...namesOf(OTHERS), 'Q_DEPLOYMENT_FAILED']);
    await atRest();
    expect(await seen(OTHERS, DOORS.keys())).toEqual(expected(OTHERS, allowed, DOORS.keys()));
    expect(restarted).toHaveLength(level === 'act' ? DOORS.size : 0);

    await colonySends(namesOf(OTHERS));
    await atRest();
    expect(await seen(OTHERS, ['colony'])).toEqual(expected(OTHERS, () => true, ['colony']));
    expect(keptText()).toBe('LEVEL=6\n');
  });

  it('stops nobody by governance.kill unless his level allows it', async () => {
    for (const { name } of daemons.filter(isAway)) await running.get(name)?.stop();
    for (const [key, door] of DOORS) {
      await sendAll(colony, door, [forged(KILL, factsFor(KILL, key), key)]);
      const pause = await colony.bus.pauseOf('tournament_consumer_daemon');
      expect(pause?.reason, key).toBe(level === 'act' ? key : undefined);
      await colony.bus.setPaused(['tournament_consumer_daemon'], null);
    }
  });

  it('finds every refusal counted, by daemon, name and door, and nothing else', async () => {
    const { home, portBase } = colony.config;
    const env = { KLOROS_HOME: home, KLOROS_PORT_BASE: `${portBase}` };
    const { stdout } = await kloros(['peer', 'refused', '--limit', '1000', '--json'], { env });
    const { result } = JSON.parse(stdout) as { result: Refusal[] };
    const counted = result.map(({ consumer, signal, from, count }) =>
      [consumer, signal, from.origin, from.authority, count].join(' '),
    );
    expect(counted.sort()).toEqual(refusalsAt(level).sort());
  });
});
