import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/base/clock.js';
import { ManagedProcess, type Transition } from '../../src/lib/supervise/managed-process.js';
import { SUPERVISED } from '../../src/lib/supervise/supervisor-link.js';
import { until } from '../helpers/colony.js';
import { printFigures, rounded } from '../helpers/figures.js';
import { startColony, type TestColony } from '../helpers/run.js';
import { signalOf } from '../helpers/signals.js';
import { PATIENT } from '../helpers/supervised.js';

const PROGRAM = fileURLToPath(new URL('../fixtures/processes/looping-daemon.mjs', import.meta.url));
const STALL_MS = 1_000;
const MAX_ATTEMPTS = 3;
const POISON = 2;
const SIGNALS = 50;
const LIMIT_MS = 60_000;

describe('a handler that loops for ever on the main thread', () => {
  let colony: TestColony;
  let looper: ManagedProcess;
  const transitions: Transition[] = [];

  beforeEach(async () => {
    colony = await startColony({ delivery: { maxAttempts: MAX_ATTEMPTS } });
    looper = new ManagedProcess({
      name: 'looper',
      command: {
        command: process.execPath,
        args: [PROGRAM, JSON.stringify(colony.config), String(STALL_MS)],
        env: { ...process.env, [SUPERVISED]: '1' },
      },
      policy: PATIENT,
      clock: systemClock,
      random: Math.random,
      onLine: (line) => process.stdout.write(`${line}\n`),
      onTransition: (transition) => transitions.push(transition),
    });
    await looper.ready;
  });
  afterEach(async () => {
    await looper.stop();
    await colony.end();
  });

  it('is ended with its process; its signal is a dead letter at last, and the flow behind it goes on', async () => {
    const startedMs = performance.now();
    const signals = Array.from({ length: SIGNALS }, (_, n) => signalOf('Q_LOOP', { n, poison: n === POISON }));
    await colony.bus.emit(signals);
    const answered = async () => (await colony.bus.browse({ signals: ['Q_LOOPED'] })).map(({ signal }) => signal);
    await until('all others are answered', async () => (await answered()).length >= SIGNALS - 1, LIMIT_MS);
    const seconds = rounded((performance.now() - startedMs) / 1000);

    const wholesome = signals.filter((_, n) => n !== POISON);
    expect((await answered()).map(({ cause_id }) => cause_id)).toEqual(wholesome.map(({ id }) => id));
    const letters = await colony.bus.deadLetters(0);
    expect(letters).toMatchObject([{ daemon: 'looper', attempts: MAX_ATTEMPTS, signal: { id: signals[POISON]!.id } }]);
    expect(letters[0]!.error).toContain('died');
    const ends = transitions.filter(({ state }) => state === 'BACKOFF');
    expect(ends.map(({ why }) => why)).toEqual(Array(MAX_ATTEMPTS).fill('it was ended by SIGKILL'));
    printFigures('endless-handler', { stallMs: STALL_MS, attempts: MAX_ATTEMPTS, answered: SIGNALS - 1, seconds });
  });
});
