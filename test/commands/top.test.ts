import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PermanentError } from '../../src/lib/base/errors.js';
import { defineDaemon } from '../../src/lib/runtime/define-daemon.js';
import { bin, cliEnv, kloros } from '../helpers/cli.js';
import { until } from '../helpers/colony.js';
import { startColony, type TestColony } from '../helpers/run.js';
import { signalOf } from '../helpers/signals.js';

let colony: TestColony;
let isBroken: boolean;
const env = () => ({ KLOROS_HOME: colony.config.home, KLOROS_PORT_BASE: String(colony.config.portBase) });

beforeEach(async () => {
  isBroken = true;
  colony = await startColony();
  const handle = () => {
    if (isBroken) throw new PermanentError({ code: 'BROKEN', message: 'the upstream is broken' });
  };
  await colony.start(
    defineDaemon({ name: 'worker', purpose: 'fails', hears: ['Q_LOAD'], says: [], from: 'beginning', handle }),
  );
});
afterEach(() => colony.end());

it('measures for a while and prints once where there is no terminal', async () => {
  const measuring = kloros(['bus', 'top', '--for', '5s', '--json'], { env: env() });
  const speaking = setInterval(() => void colony.bus.emit([signalOf('OBSERVATION', {})]), 50);
  const { code, stdout } = await measuring;
  clearInterval(speaking);
  expect(code).toBe(0);
  const { result } = JSON.parse(stdout) as { result: { signals: { total: number }[]; consumers: unknown[] } };
  expect(result.signals).toMatchObject([{ name: 'OBSERVATION', source: 'test' }]);
  expect(result.signals[0]?.total).toBeGreaterThan(0);
  expect(result.consumers).toMatchObject([{ name: 'worker', paused: false }]);
});

it('shows the flow on a terminal, replays a dead letter after a yes, and gives the terminal back', async ({ skip }) => {
  await colony.bus.emit([signalOf('Q_LOAD', {})]);
  await until('it is a dead letter', async () => (await colony.bus.deadLetters(0)).length === 1);
  // script(1) lends a terminal.
  const line = `stty rows 30 cols 140; ${[process.execPath, ...bin, 'bus', 'top'].join(' ')}`;
  const child = spawn('script', ['-qec', line, '/dev/null'], { env: cliEnv(env()) });
  let screen = '';
  child.stdout.on('data', (chunk: Buffer) => (screen += chunk.toString()));
  const ended = Promise.race([once(child, 'close'), once(child, 'error').then(() => undefined)]);
  if ((await Promise.race([ended, once(child, 'spawn')])) === undefined) return skip('script(1) is not installed');
  const press = async (key: string, sees: string) => {
    screen = '';
    child.stdin.write(key);
    await until(`it shows ${sees}`, () => screen.includes(sees));
  };
  await until('it shows the dead letter', () => screen.includes('1 dead letter'));
  await press('d', 'the upstream is broken');
  isBroken = false;
  await press('r', 'Replay the chosen dead letter?');
  await press('y', 'handled');
  await press('d', 'worker');
  screen = '';
  child.stdin.write('q');
  expect((await ended)?.[0]).toBe(0);
  expect(screen).toContain('\u001B[?1049l');
});
