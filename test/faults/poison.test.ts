import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/base/clock.js';
import { ManagedProcess, type Transition } from '../../src/lib/supervise/managed-process.js';
import { SUPERVISED } from '../../src/lib/supervise/supervisor-link.js';
import { until } from '../helpers/colony.js';
import { campaign, printFigures, rounded } from '../helpers/figures.js';
import { startColony, type TestColony } from '../helpers/run.js';
import { signalOf } from '../helpers/signals.js';
import { PATIENT } from '../helpers/supervised.js';

const PROGRAM = fileURLToPath(new URL('../fixtures/processes/poisoned-daemon.mjs', import.meta.url));
/** Small, so that a handler that hoards has soon used it up. */
const HEAP_MB = 96;
const STALL_MS = 2_000;
const MAX_ATTEMPTS = 3;
const SIGNALS = campaign('POISON_SIGNALS', { bounded: 30, full: 1_000 });
/** Of so many signals one is poison. */
const POISON_EVERY = campaign('POISON_EVERY', { bounded: 30, full: 100 });
/** For the worker that loops; nothing else may meet it, however slow the machine. */
const SHORT_TIMEOUT_MS = 3_000;
const TIMEOUT_MS = 120_000;
const LIMIT_MS = 600_000;

/** What each poison does to its process, in the words of its supervisor; undefined: nothing. */
const POISONS: [poison: string, end: string | undefined, error: string][] = [
  ['loop', 'it was ended by SIGKILL', 'ProcessDied'],
  ['heap', 'it was ended by SIGABRT', 'ProcessDied'],
  ['kill', 'it was ended by SIGKILL', 'ProcessDied'],
  ['exit', 'it ended with exit code 3', 'ProcessDied'],
  ['loop in a worker', undefined, 'TIMED_OUT'],
  ['heap of a worker', undefined, 'out of memory'],
];

describe('a poison signal', () => {
  let colony: TestColony;
  let victim: ManagedProcess;
  let transitions: Transition[];

  beforeEach(async () => {
    transitions = [];
    colony = await startColony({ delivery: { maxAttempts: MAX_ATTEMPTS, backoffMs: 10 } });
  });
  afterEach(async () => {
    await victim.stop();
    await colony.end();
  });

  async function startVictim(timeoutMs: number): Promise<void> {
    victim = new ManagedProcess({
      name: 'victim',
      command: {
        command: process.execPath,
        args: [
          `--max-old-space-size=${HEAP_MB}`,
          PROGRAM,
          JSON.stringify(colony.config),
          String(STALL_MS),
          String(timeoutMs),
        ],
        env: { ...process.env, [SUPERVISED]: '1' },
      },
      policy: PATIENT,
      clock: systemClock,
      random: Math.random,
      onLine: () => undefined,
      onTransition: (transition) => transitions.push(transition),
    });
    await victim.ready;
  }

  it.for(POISONS)('(%s) is a dead letter at last, and the flow behind it goes on', async ([poison, end, error]) => {
    await startVictim(error === 'TIMED_OUT' ? SHORT_TIMEOUT_MS : TIMEOUT_MS);
    const startedMs = performance.now();
    const isPoison = (n: number) => n % POISON_EVERY === 2;
    const signals = Array.from({ length: SIGNALS }, (_, n) =>
      signalOf('Q_POISON', { n, poison: isPoison(n) ? poison : null }),
    );
    await colony.bus.emit(signals);
    const wholesome = signals.filter((_, n) => !isPoison(n)).map(({ id }) => id);
    const poisonous = signals.filter((_, n) => isPoison(n)).map(({ id }) => id);
    const answered = async () => (await colony.bus.browse({ signals: ['Q_DIGESTED'] })).map((one) => one.signal);
    const letters = async () => colony.bus.deadLetters(0);
    await until(
      'each is answered or a dead letter',
      async () => (await answered()).length >= wholesome.length && (await letters()).length >= poisonous.length,
      LIMIT_MS,
    );
    const seconds = rounded((performance.now() - startedMs) / 1000);
    // Once each; what was claimed beside a poison comes again in its order.
    expect((await answered()).map(({ cause_id }) => cause_id).sort()).toEqual([...wholesome].sort());
    const buried = await letters();
    expect(buried.map(({ signal }) => signal?.id)).toEqual(poisonous);
    for (const letter of buried) {
      expect(letter).toMatchObject({ daemon: 'victim', attempts: MAX_ATTEMPTS });
      expect(letter.error).toContain(error);
    }
    const ends = transitions.filter(({ state }) => state === 'BACKOFF').map(({ why }) => why);
    const deaths = end === undefined ? 0 : MAX_ATTEMPTS * poisonous.length;
    expect(ends).toEqual(Array(deaths).fill(end));
    await until('it is up', () => victim.state === 'RUNNING');
    printFigures('poison', {
      poison,
      signals: SIGNALS,
      poisonous: poisonous.length,
      attempts: MAX_ATTEMPTS,
      deaths,
      answered: wholesome.length,
      seconds,
    });
  });
});
