import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../src/lib/base/clock.js';
import { openBus } from '../src/lib/bus/open-bus.js';
import { openObserver } from '../src/lib/bus/open-observer.js';
import { probeQuestionId } from '../src/lib/config/probes.js';
import { cliEnv } from '../test/helpers/cli.js';
import { removeHome, silentLog, temporaryConfig, until } from '../test/helpers/colony.js';
import { signalOf } from '../test/helpers/signals.js';
import { startUp } from '../test/helpers/up.js';
import { report } from './report.js';
import { median, round } from './statistics.js';

const MANY = Number(process.env['KLOROS_BENCH_SIGNALS'] ?? 1_000_000);
const FEW = 10;
const BATCH = 500;
const ROUNDS = 7;
const DAEMON = 'capability_integrator_daemon';
const SIGNAL = 'Q_INVESTIGATION_COMPLETE';
/** A probe's completion is read and nothing is registered by it. */
const FACTS = { question_id: probeQuestionId('01JDDDDDDDDDDDDDDDDDDDDDDD', 0) };
const IDLE_MS = 500;
const LIMIT_RATIO = 1.2;

/**
 * From the word that lets a resting daemon go on to its first signal settled, with ten signals waiting and with a
 * million, in turns: the hub sees that something waits, a process starts, opens the journal and handles.
 */
const colonies = [await start(FEW), await start(MANY)] as const;
const startMs: [number[], number[]] = [[], []];
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [index, colony] of colonies.entries()) startMs[index]?.push(await timeStart(colony));
}
const [few, many] = [median(startMs[0]), median(startMs[1])];
const left = waiting(colonies[1]);
for (const { bus, up, config } of colonies) {
  await bus.close();
  await up.end('SIGTERM');
  removeHome(config);
}
const ratio = round(many / few);
report({
  bench: 'on-demand-start',
  rounds: ROUNDS,
  waiting: { few: FEW, many: MANY, manyAtTheEnd: left },
  firstSettledMs: { few: round(few), many: round(many) },
  ratio,
  targetRatio: LIMIT_RATIO,
  met: ratio < LIMIT_RATIO,
});

type Colony = Awaited<ReturnType<typeof start>>;

/** A colony whose daemon is paused and at rest, with so many signals for it. */
async function start(pending: number) {
  const config = await temporaryConfig();
  const file = join(config.home, 'config.yaml');
  writeFileSync(file, `activation: { default: on-demand, idleMs: ${IDLE_MS} }\n`);
  const env = { KLOROS_HOME: config.home, KLOROS_CONFIG: file, KLOROS_PORT_BASE: String(config.portBase) };
  const up = startUp(cliEnv(env), ['--only', 'chemical-bus', '--only', 'capability-integrator']);
  await up.ready();
  const bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'bench' });
  const colony = { config, up, bus, pending };
  await rest(colony);
  for (let from = 0; from < pending; from += BATCH) await fill(colony, Math.min(BATCH, pending - from));
  return colony;
}

async function fill({ bus }: Pick<Colony, 'bus'>, count: number): Promise<void> {
  await bus.emit(Array.from({ length: count }, () => signalOf(SIGNAL, FACTS)));
}

/** Pauses the daemon and waits until its process has ended. */
async function rest({ bus, up }: Pick<Colony, 'bus' | 'up'>): Promise<void> {
  await bus.setPaused([DAEMON], { by: 'bench', reason: null, sinceMs: Date.now() });
  await until('the daemon rests', () => up.events.findLast(({ name }) => name === DAEMON)?.state === 'IDLE');
}

async function timeStart(colony: Colony): Promise<number> {
  const { bus, config, pending } = colony;
  const lacking = Math.min(pending, FEW) - waiting(colony);
  if (lacking > 0) await fill(colony, lacking);
  const observer = openObserver(config);
  const first = observer.waits().find(({ consumer }) => consumer === DAEMON)?.signalId ?? '';
  const startedMs = performance.now();
  await bus.setPaused([DAEMON], null);
  await until('its first signal is settled', () => observer.standing(DAEMON, first) === 'handled');
  const tookMs = performance.now() - startedMs;
  observer.close();
  await rest(colony);
  return tookMs;
}

/** Signals that wait for the daemon. */
function waiting({ config }: Pick<Colony, 'config'>): number {
  const observer = openObserver(config);
  const status = observer.consumers().find(({ name }) => name === DAEMON);
  observer.close();
  return (status?.lag ?? 0) + (status?.waiting ?? 0);
}
