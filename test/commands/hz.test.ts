import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import BusHz from '../../src/commands/bus/hz.js';
import { kloros } from '../helpers/cli.js';
import { examplesOf } from '../helpers/examples.js';
import { startColony, type TestColony } from '../helpers/run.js';
import { signalOf } from '../helpers/signals.js';

let colony: TestColony;
let speaking: NodeJS.Timeout;
const run = (...args: string[]) =>
  kloros(['bus', ...args], {
    env: { KLOROS_HOME: colony.config.home, KLOROS_PORT_BASE: String(colony.config.portBase) },
  });
interface Figure {
  signal: string;
  hz?: number;
  hereMs?: { count: number };
  bytes?: { mean: number };
}

beforeAll(async () => {
  colony = await startColony();
  const speak = () => void colony.bus.emit([signalOf('HEARTBEAT'), signalOf('Q_DREAM_STEP')]);
  speaking = setInterval(speak, 20);
});
afterAll(async () => {
  clearInterval(speaking);
  await colony.end();
});

describe('kloros bus hz, delay and bw', () => {
  it('measure what is said while they look, a line a second for programs', async () => {
    const { code, stdout } = await run('hz', 'HEART*', '--count', '20', '--output', 'jsonl');
    const figures = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Figure);
    expect(code).toBe(0);
    expect(new Set(figures.map(({ signal }) => signal))).toEqual(new Set(['HEARTBEAT']));
    expect(figures.at(-1)?.hz).toBeGreaterThan(0);
  });

  it('are one document for programs, and end after so many', async () => {
    const [delay, bandwidth] = await Promise.all([
      run('delay', '--count', '3', '--json'),
      run('bw', '--count', '3', '--json'),
    ]);
    const resultOf = ({ stdout }: { stdout: string }) => (JSON.parse(stdout) as { result: Figure[] }).result[0];
    expect(resultOf(delay)?.hereMs?.count).toBeGreaterThan(0);
    expect(resultOf(bandwidth)?.bytes?.mean).toBeGreaterThan(50);
  });

  it('end with 3 where nothing was said', async () => {
    expect(await run('hz', 'NOBODY', '--for', '1s')).toMatchObject({ code: 3, stdout: 'Nothing was said yet\n' });
  });

  it('run like their last example', async () => {
    const words = examplesOf(BusHz).at(-1)!.split(' ').slice(1);
    expect(await run(...words)).toMatchObject({ code: 0, stderr: '' });
  });
});
