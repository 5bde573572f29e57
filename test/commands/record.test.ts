import { execFile, spawn, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bus } from '../../src/lib/bus/bus.js';
import { systemClock } from '../../src/lib/base/clock.js';
import { openBus } from '../../src/lib/bus/open-bus.js';
import type { Config } from '../../src/lib/config/schema.js';
import { surveyRecording } from '../../src/lib/recording/survey.js';
import { bin, cliEnv, kloros } from '../helpers/cli.js';
import { removeHome, silentLog, temporaryConfig, until } from '../helpers/colony.js';
import { signalOf } from '../helpers/signals.js';

let config: Config;
let bus: Bus;
const env = () => ({ KLOROS_HOME: config.home, KLOROS_PORT_BASE: String(config.portBase) });
const run = (...args: string[]) => kloros(['bus', ...args], { env: env() });
const at = (name: string) => join(config.home, name);

beforeAll(async () => {
  config = await temporaryConfig();
  bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'onlooker' });
  await bus.emit([signalOf('HEARTBEAT', { n: 1 }), signalOf('OBSERVATION', { n: 2 })]);
});
afterAll(async () => {
  await bus.close();
  removeHome(config);
});

describe('kloros bus record and play', () => {
  it('record the past, show what is in it, and play it without any effect', async () => {
    expect(await run('record', at('past.jsonl.gz'), '--range', '-1h:now')).toMatchObject({ code: 0 });
    const shown = await run('recordings', at('past.jsonl.gz'));
    expect(shown.stdout).toMatch(/HEARTBEAT +1\n/);
    expect(await run('play', at('past.jsonl.gz'))).toMatchObject({ code: 2 });
    const played = await run('play', at('past.jsonl.gz'), '--rate', 'max', '--yes', '--signal', 'HEART*', '--json');
    const result = { played: 1, signals: { 'REPLAY.HEARTBEAT': 1 }, hearers: [] };
    expect(JSON.parse(played.stdout)).toMatchObject({ status: 0, result });
    expect(await bus.browse({ signals: ['REPLAY.HEARTBEAT'] })).toMatchObject([{ signal: { facts: { n: 1 } } }]);
  });

  describe('of what was said in one moment', () => {
    const replayed = async (name: string) => (await bus.browse({ signals: [`REPLAY.${name}`] })).length;

    beforeAll(async () => {
      await bus.emit([signalOf('STEP'), signalOf('STEP'), signalOf('LOOP')]);
      await run('record', at('moment.jsonl'), '--range', '-1h:now');
    });

    it('say one at a key, and end at another', async ({ skip }) => {
      // script(1) lends a terminal.
      if (spawnSync('script', ['--version']).error) return skip('script(1) is not installed');
      const line = [process.execPath, ...bin, 'bus', 'play', at('moment.jsonl'), '--signal', 'STEP', '--step', '--yes'];
      const child = spawn('script', ['-qec', line.join(' '), '/dev/null'], { env: cliEnv(env()) });
      let shown = '';
      child.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
      const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
      const asked = () => shown.split('[enter: say it').length - 1;
      await until('it asks', () => asked() === 1);
      child.stdin.write('\r');
      await until('it asks for the second', () => asked() === 2);
      child.stdin.write('q\r');
      expect(await exited).toBe(0);
      expect(await replayed('STEP')).toBe(1);
    });

    it('refuse to wait for keys where there are none', async () => {
      const { code, stderr } = await run('play', at('moment.jsonl'), '--step', '--yes');
      expect(code).toBe(2);
      expect(stderr).toContain('--step needs a terminal');
    });

    it('begin anew until Ctrl-C', async () => {
      const args = ['bus', 'play', at('moment.jsonl'), '--signal', 'LOOP', '--loop', '--yes'];
      const child = execFile(process.execPath, [...bin, ...args], { env: cliEnv(env()) });
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
      await until('it has begun anew', async () => (await replayed('LOOP')) > 1);
      child.kill('SIGINT');
      expect(await ended).toBe(130);
    });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGHUP', 0],
  ] as const)('record what is said from now on, and end the file whole at %s', async (signal, code) => {
    const file = at(`live-${signal}.jsonl.gz`);
    const child = execFile(process.execPath, [...bin, 'bus', 'record', file], { env: cliEnv(env()) });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const speaking = setInterval(() => void bus.emit([signalOf('HEARTBEAT')]), 20);
    const taken = async () => (await surveyRecording(file).catch(() => undefined))?.signals ?? 0;
    await until('it has recorded something', async () => (await taken()) > 0);
    child.kill(signal);
    expect(await ended).toBe(code);
    clearInterval(speaking);
    expect((await surveyRecording(file)).footer).toMatchObject({ ended: 'interrupted' });
  });

  it('hold the size in bytes, count what did not go in, and end with 1 then', async () => {
    const wide = () => signalOf('WIDE', { text: '語'.repeat(150_000) });
    await bus.emit([wide(), wide(), wide(), wide()]);
    const args = [at('full.jsonl'), '--range', '-1h:now', '--signal', 'WIDE', '--max-mib', '1', '--json'];
    const { code, stdout } = await run('record', ...args);
    expect(code).toBe(1);
    const { result } = JSON.parse(stdout) as { result: object };
    expect(statSync(at('full.jsonl')).size).toBeLessThan(1_048_576 + 1_000); // The footer comes on top.
    expect(result).toMatchObject({ footer: { signals: 2, lost: { too_many: 2 }, ended: 'full' } });
  });
});
