import type { Bus } from '../bus/bus.js';
import { openBus } from '../bus/open-bus.js';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { idMaker } from '../signals/id.js';
import { FiguresKeeper } from '../figures/keeper.js';
import { answerToCommit, saidId, sourceToCommit, type Speaker } from './answer.js';
import { closeAll } from '../base/close-all.js';
import { clearAlarm, setAlarm } from '../base/alarms.js';
import { momentOf, type Moment } from '../base/clock-step.js';
import { Begun } from './begun.js';
import { colonyDoor } from './colony-door.js';
import { DeliveryLoop, GRACE_MS } from './deliver.js';
import { endedByLoss, journalLoss } from './journal-loss.js';
import { logReceived } from './journal-words.js';
import { acceptanceOf, type AnyDaemon, type DaemonDefinition, type DaemonEnv, type NextWake } from './define-daemon.js';
import { flowOf } from './flow.js';
import { Gate } from './gate.js';
import { Pulse } from './pulse.js';
import { QueueRoom } from './queue-room.js';
import { runHub } from './run-hub.js';
import type { RunningDaemon, RunOptions } from './run-options.js';
import { figureOf } from './report-end.js';
import { runSource } from './source.js';

export type { RunningDaemon } from './run-options.js';

const TIMEOUT_MS = 30_000;
const DRAIN_MS = 10_000;
/** What claiming and settling may take where many write. */
const PATIENCE_MS = 30_000;
/** A gate is looked at before each claim; it looks by itself only while nothing is claimed for longer than this. */
const GATE_PATIENCE = 1.25;

/** Starts a daemon and resolves when it is ready. Throws KlorosError ALREADY_RUNNING, PORT_TAKEN and those of the journal. */
export async function runDaemon(definition: AnyDaemon, options: RunOptions): Promise<RunningDaemon> {
  if (definition.role === 'hub') return runHub(definition, options);
  // What a definition opens is what its own handler gets, so the type of its resources may be forgotten here.
  return runWorker(definition, options);
}

async function runWorker(definition: DaemonDefinition<unknown>, options: RunOptions): Promise<RunningDaemon> {
  const loss = journalLoss();
  const bus = await openBus({ ...busOptionsOf(definition, options), onLost: loss.tell });
  /** What is open, the newest first. */
  const closers: (() => unknown)[] = [() => bus.close()];
  try {
    return endedByLoss(await startWorker(definition, options, { bus, closers }), loss);
  } catch (error) {
    await closeAll(closers).catch(() => undefined); // Why it could not start is what matters.
    throw error;
  }
}

interface Opening {
  bus: Bus;
  closers: (() => unknown)[];
}

async function startWorker(
  definition: DaemonDefinition<unknown>,
  options: RunOptions,
  { bus, closers }: Opening,
): Promise<RunningDaemon> {
  const env = envOf(definition, options, bus);
  const { rest: alarms } = pathsOf(options.config);
  await clearAlarm(alarms, definition.name);
  await definition.load?.();
  const resources = await definition.open?.(env);
  closers.unshift(() => definition.close?.(resources));
  const gate = await Gate.opened(gateOptionsOf(definition, options, bus));
  closers.unshift(() => gate.close());
  const stop = new AbortController();
  const pulse = pulseOf(definition, options);
  const figures = await FiguresKeeper.open(figuresOptionsOf(definition, options));
  closers.unshift(() => figures.close());
  const place = { ...options, bus, env, gate, resources };
  const loop = definition.handle ? await startLoop(definition, { ...place, pulse, figures }) : undefined;
  const source = definition.source ? startSource(definition, { ...place, stop: stop.signal }) : undefined;
  const working = Promise.all([loop?.run(), source]);
  const wakes = async () => definition.wakes?.(env);
  const close = async (toRest: boolean) => {
    stop.abort();
    const finish = async () => {
      await loop?.stop(DRAIN_MS);
      await source?.catch(() => undefined); // Its failure is what `done` rejects with.
      const next = toRest ? await wakes() : undefined;
      await leaveWord(next, { alarms, name: definition.name, now: momentOf(options.clock) });
    };
    await closeAll([finish, ...closers]);
  };
  let closing: Promise<void> | undefined;
  const closeOnce = (toRest: boolean) => (closing ??= close(toRest));
  const done = working.then(() => closing);
  const running = {
    stop: () => closeOnce(false),
    rest: () => closeOnce(true),
    done,
    stays: async () => (await wakes()) === 'stays',
    vitals: () => pulse.vitals(),
    restingMs: () => pulse.restingMs(),
  };
  return running;
}

/** Who wakes by itself later says so before it ends; who was to stay and ends all the same is started at once. */
async function leaveWord(next: NextWake, { alarms, name, now }: { alarms: string; name: string; now: Moment }) {
  if (next !== undefined) await setAlarm(alarms, name, { atMs: next === 'stays' ? now.wallMs : next, now });
}

/** A loop is silent while all its handlers work, which have a limit; who only finds things beats by its event loop alone. */
function pulseOf(definition: DaemonDefinition<unknown>, { config, clock }: RunOptions): Pulse {
  if (!definition.handle) return new Pulse({ clock, patienceMs: Infinity, idleWords: 'Looks for something to say' });
  const patienceMs = timeoutOf(definition, config) + GRACE_MS + PATIENCE_MS;
  return new Pulse({ clock, patienceMs, idleWords: 'Waits for signals' });
}

function busOptionsOf(
  definition: DaemonDefinition<unknown>,
  { config, clock, log, instance, onStuckWriter }: RunOptions,
) {
  const { name, portOffset } = definition;
  const role = `daemon:${name}${instance === undefined ? '' : `#${instance}`}`;
  const port = portOffset === undefined || instance !== undefined ? {} : { portOffset };
  return { config, clock, log, name, role, onStuckWriter, ...port };
}

function figuresOptionsOf({ name }: DaemonDefinition<unknown>, { config, log, instance }: RunOptions) {
  return { folder: pathsOf(config).figures, daemon: name, instance, log };
}

function gateOptionsOf({ name }: DaemonDefinition<unknown>, { config, clock, log }: RunOptions, bus: Bus) {
  const lookMs = config.delivery.pollMs * GATE_PATIENCE;
  return { name, bus, maintenancePath: pathsOf(config).maintenance, clock, log, lookMs };
}

function envOf(
  { name }: DaemonDefinition<unknown>,
  { config, clock, log, random, keeper }: RunOptions,
  bus: Bus,
): DaemonEnv {
  return {
    name,
    config,
    clock,
    log,
    random,
    state: (prefix) => bus.state(name, prefix),
    flow: async () => flowOf(await bus.consumers()),
    journal: bus,
    colony: colonyDoor(bus, keeper),
  };
}

interface Workplace extends RunOptions {
  bus: Bus;
  env: DaemonEnv;
  gate: Gate;
  resources: unknown;
}

async function startLoop(
  definition: DaemonDefinition<unknown>,
  place: Workplace & { pulse: Pulse; figures: FiguresKeeper },
): Promise<DeliveryLoop> {
  const { bus, env, gate, resources, config, clock, log, random, pulse, figures } = place;
  const { delivery } = config;
  const ordered = definition.ordered ?? false;
  const urgentFirst = definition.urgentFirst ?? false;
  const maxAttempts = definition.maxAttempts ?? delivery.maxAttempts;
  const { name, hears, from = 'beginning' } = definition;
  const accepts = Object.fromEntries(hears.map((signal) => [signal, acceptanceOf(definition, signal)]));
  const consumer = await bus.consumer({ name, hears, accepts, from, maxAttempts, ordered, urgentFirst });
  return new DeliveryLoop({
    consumer,
    gate,
    concurrency: concurrencyOf(definition, config),
    ordered,
    urgentFirst,
    timeoutMs: timeoutOf(definition, config),
    pollMs: delivery.pollMs,
    backoff: delivery,
    breaker: delivery.breaker,
    random,
    clock,
    log,
    pulse,
    count: (report) => figures.note(figureOf(report)),
    handle: async (signalDelivery, abort) => {
      const { signal, attempt, token, receivedAtMs, from: entrance } = signalDelivery;
      logReceived(log, signal);
      const idOf = (position: number) => saidId(definition.name, signalDelivery, position);
      const begun = new Begun(bus, definition.name, signalDelivery);
      const begin = (note: object) => begun.begin(note);
      const own = { ...env, from: entrance, receivedAtMs, abort, attempt, token, idOf, begin };
      const answer = await definition.handle?.(signal, own, resources);
      const speaker = speakerOf(definition, config);
      const said = answerToCommit(answer, { speaker, nowMs: clock.nowMs(), delivery: signalDelivery });
      return { ...said, state: [...said.state, ...begun.end()] };
    },
  });
}

function speakerOf(definition: DaemonDefinition<unknown>, config: Config): Speaker {
  return { name: definition.name, says: [...definition.says, ...(definition.alsoSays?.(config) ?? [])] };
}

function timeoutOf({ timeoutMs = TIMEOUT_MS }: DaemonDefinition<unknown>, config: Config): number {
  return typeof timeoutMs === 'function' ? timeoutMs(config) : timeoutMs;
}

function concurrencyOf({ concurrency = 1 }: DaemonDefinition<unknown>, config: Config): number {
  return typeof concurrency === 'function' ? concurrency(config) : concurrency;
}

function queueRoomFor({ says }: Speaker, { bus, config, log }: Workplace): QueueRoom {
  const { queueLimit: limit, pollMs: lookMs } = config.delivery;
  return new QueueRoom({ consumers: () => bus.consumers(), says, limit, lookMs, log });
}

async function startSource(
  definition: DaemonDefinition<unknown>,
  place: Workplace & { stop: AbortSignal },
): Promise<void> {
  const { bus, env, gate, resources, config, clock, random, stop, log } = place;
  const speaker = speakerOf(definition, config);
  const room = definition.throttled ? queueRoomFor(speaker, place) : undefined;
  const ready = async () => {
    await room?.available(stop);
    await gate.passed(stop);
  };
  const batches = definition.source?.({ ...env, ready }, stop, resources);
  if (batches === undefined) return;
  const newId = idMaker(random);
  const toCommit = (said: Parameters<typeof sourceToCommit>[0]) => {
    const commit = sourceToCommit(said, { speaker, nowMs: clock.nowMs(), newId });
    room?.said(commit.signals.length);
    return commit;
  };
  await runSource({ bus, daemon: definition.name, batches, toCommit, ready, stop, log });
}
