import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { isStopped } from '../../src/lib/base/process-identity.js';
import { lockHolders } from '../../src/lib/bus/embedded/lock-holders.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import type { Config } from '../../src/lib/config/schema.js';
import { Chains } from '../helpers/chains.js';
import { bin, cliEnv } from '../helpers/cli.js';
import { until } from '../helpers/colony.js';
import { campaign, printFigures, rounded, seededRandom, SEED } from '../helpers/figures.js';
import { Questions } from '../helpers/questions.js';
import { startColony, type TestColony } from '../helpers/run.js';
import { signalOf } from '../helpers/signals.js';
import { MEMBERS, startSupervised, type Supervised } from '../helpers/supervised.js';

const STOPS = campaign('STOPS', { bounded: 6, full: 100 });
const TAKEOVERS = campaign('TAKEOVERS', { bounded: 4, full: 50 });
const INSTANCE = fileURLToPath(new URL('../helpers/instance-worker.ts', import.meta.url));
const LEASE_MS = 300;
const ATTEMPT_MS = 1_000;
/** Longer than the lease and the limit of an attempt. */
const STOPPED_MS = 1_500;
const HANDLING_MS = 100;
const SIGNALS = 12;
const BACKLOG = 3_000;
const SAID = 20_000;
const LIMIT_MS = 120_000;
const ROUTER = 'intent_router';
/** A stop is an attempt as well, and so is every limit that passes meanwhile. */
const DELIVERY = { leaseMs: LEASE_MS, pollMs: 50, backoffMs: 20, maxAttempts: 1_000 };

describe('a process that is stopped (SIGSTOP) for longer than every limit, and goes on', () => {
  let world: Supervised | undefined;
  let colony: TestColony | undefined;
  const instances: ChildProcess[] = [];
  afterEach(async () => {
    for (const instance of instances.splice(0)) instance.kill('SIGKILL');
    await world?.end();
    await colony?.end();
    [world, colony] = [undefined, undefined];
  });

  it('delays the colony, and neither loses nor doubles anything', async () => {
    const overrides = { delivery: DELIVERY, investigation: { timeoutMs: ATTEMPT_MS } };
    world = await startSupervised({ overrides });
    const random = seededRandom(SEED);
    const startedMs = performance.now();
    const questions = new Questions(world);
    const flowMs = await questions.warmUp();
    for (let stop = 0; stop < STOPS; stop += 1) {
      await questions.round(async () => {
        await setTimeout(random() * flowMs);
        const victim = MEMBERS[stop % MEMBERS.length]!;
        world!.signal(victim, 'SIGSTOP');
        await setTimeout(STOPPED_MS);
        world!.signal(victim, 'SIGCONT');
      });
    }
    await questions.expectExactlyOnce();
    printFigures('stopped-processes', {
      seed: SEED,
      stops: STOPS,
      stoppedMs: STOPPED_MS,
      leaseMs: LEASE_MS,
      intents: questions.intents,
      signals: questions.signals,
      lost: 0,
      duplicated: 0,
      seconds: rounded((performance.now() - startedMs) / 1000),
    });
  });

  async function startInstance(config: Config, name: string, notes: Record<string, unknown>[]): Promise<ChildProcess> {
    const args = [JSON.stringify(config), name, String(HANDLING_MS)];
    const child = fork(INSTANCE, args, { execArgv: ['--import', 'tsx'] });
    instances.push(child);
    await once(child, 'message');
    child.on('message', (message) => notes.push(message as Record<string, unknown>));
    return child;
  }

  it('loses its lease to another instance, and what it says late does not count', async () => {
    colony = await startColony({ delivery: DELIVERY });
    const notes: Record<string, unknown>[] = [];
    const pair = [await startInstance(colony.config, 'a', notes), await startInstance(colony.config, 'b', notes)];
    const chains = new Chains(colony.bus);
    const causes: string[] = [];
    for (let stop = 0; stop < TAKEOVERS; stop += 1) {
      const victim = pair[stop % pair.length]!;
      const began = once(victim, 'message');
      const signals = Array.from({ length: SIGNALS }, (_, n) => signalOf('Q_WORK', { n }));
      causes.push(...signals.map(({ id }) => id));
      await colony.bus.emit(signals);
      await began;
      victim.kill('SIGSTOP');
      await until(
        'the other one has done all',
        async () => {
          await chains.readOn();
          return chains.named('Q_WORKED').length >= causes.length;
        },
        LIMIT_MS,
      );
      victim.kill('SIGCONT');
    }
    const fenced = () => notes.filter(({ line }) => String(line).includes('was taken over by another instance')).length;
    await until('somebody has said something late', () => fenced() > 0, LIMIT_MS);
    await until('nobody holds anything', async () =>
      (await colony!.bus.consumers()).every(({ running, waiting, lag }) => running + waiting + lag === 0),
    );
    await chains.readOn();
    const answered = chains.named('Q_WORKED').map(({ cause_id }) => cause_id!);
    expect(answered.sort()).toEqual(causes.sort());
    expect(await colony.bus.deadLetters(0)).toEqual([]);
    printFigures('takeovers', { takeovers: TAKEOVERS, signals: causes.length, fenced: fenced(), doubled: 0 });
  });

  function writeBacklog(config: Config): void {
    const { intents } = pathsOf(config);
    mkdirSync(intents, { recursive: true });
    for (let index = 0; index < BACKLOG; index += 1) {
      const data = { question: `What caused anomaly ${index}?`, question_id: `anomaly_${index}`, evidence: [] };
      writeFileSync(join(intents, `${index}.json`), JSON.stringify({ type: 'curiosity_explore', priority: 5, data }));
    }
  }

  /** Stops the router until that hits it while it has the journal's lock; answers its process. */
  async function stopWithLock(journal: string): Promise<number> {
    for (;;) {
      await setTimeout(1);
      const pid = world!.pidOf(ROUTER)!;
      process.kill(pid, 'SIGSTOP');
      await until('it stands still', () => isStopped(pid));
      if (lockHolders(journal, readFileSync('/proc/locks', 'utf8')).includes(pid)) return pid;
      process.kill(pid, 'SIGCONT');
    }
  }

  /** A command that says what a file holds; its process, and how it ended. */
  function emitting(): { pid: number; ended: Promise<unknown> } {
    const { home } = world!.config;
    const file = join(home, 'said.jsonl');
    const said = Array.from({ length: SAID }, (_, n) => JSON.stringify(signalOf('Q_SAID', { n })));
    writeFileSync(file, `${said.join('\n')}\n`);
    const input = openSync(file, 'r');
    const env = cliEnv({ KLOROS_HOME: home });
    const child = spawn(process.execPath, [...bin, 'bus', 'emit', '-'], { env, stdio: [input, 'ignore', 'inherit'] });
    closeSync(input);
    return { pid: child.pid!, ended: once(child, 'exit').then(([code]) => code as unknown) };
  }

  const holds = (pid: number) =>
    lockHolders(pathsOf(world!.config).journal, readFileSync('/proc/locks', 'utf8')).includes(pid);
  const isEmitting = async () => (await world!.bus.newest()) > 0;

  it('is let go on where it is a command that holds the lock of the journal', async () => {
    world = await startSupervised({ only: ['chemical_bus'] });
    const { pid, ended } = emitting();
    const isCaught = async () => {
      await setTimeout(1);
      process.kill(pid, 'SIGSTOP');
      await until('it stands still', () => isStopped(pid));
      if (holds(pid)) return true;
      process.kill(pid, 'SIGCONT');
      return false;
    };
    await until('it is stopped with the lock', isCaught, LIMIT_MS);
    expect(await ended).toBe(0);
    expect(world.log()).toContain('was stopped in the middle of a write');
    const chains = new Chains(world.bus);
    await chains.readOn();
    expect(chains.named('Q_SAID')).toHaveLength(SAID);
  });

  it('never holds the lock of the journal where Ctrl-Z stopped a command', async () => {
    world = await startSupervised({ only: ['chemical_bus'] });
    const { pid, ended } = emitting();
    let hasEnded = false;
    void ended.then(() => (hasEnded = true));
    const isOver = () => hasEnded;
    await until('it says something', isEmitting, LIMIT_MS);
    let stops = 0;
    while (!isOver()) {
      process.kill(pid, 'SIGTSTP');
      await until('it stands still or is over', () => isOver() || isStopped(pid));
      if (isOver()) break;
      expect(holds(pid)).toBe(false);
      stops += 1;
      process.kill(pid, 'SIGCONT');
      await setTimeout(1);
    }
    expect(await ended).toBe(0);
    expect(stops).toBeGreaterThan(0);
  });

  it('is ended by the supervisor where it holds the lock of the journal, which would stop everybody', async () => {
    const overrides = { intents: { batch: 10 } };
    world = await startSupervised({ overrides, only: ['chemical_bus', ROUTER], prepare: writeBacklog });
    const { journal, intents } = pathsOf(world.config);
    const pid = await stopWithLock(journal);
    await until('the supervisor has started another', () => (world!.pidOf(ROUTER) ?? pid) !== pid, LIMIT_MS);
    const end = world.transitions.find(({ name, state }) => name === ROUTER && state === 'BACKOFF');
    expect(end?.why).toContain('stopped (SIGSTOP) while it held the lock of the journal');
    expect(world.log()).toContain(`process ${pid} holds its lock`);
    await until('the folder is empty', () => readdirSync(intents).length === 0, LIMIT_MS);
    const chains = new Chains(world.bus);
    await chains.readOn();
    const causes = chains.named('Q_CURIOSITY_INVESTIGATE').map(({ cause_id }) => cause_id);
    expect(causes).toHaveLength(BACKLOG);
    expect(new Set(causes).size).toBe(BACKLOG);
    printFigures('stopped-writer', { intents: BACKLOG, routed: causes.length, doubled: 0 });
  });
});
