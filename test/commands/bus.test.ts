import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/lib/config/schema.js';
import type { Signal } from '../../src/lib/signals/envelope.js';
import { bin, cliEnv, kloros, type CliResult } from '../helpers/cli.js';
import { removeHome, temporaryConfig } from '../helpers/colony.js';
import { startUp, type Up } from '../helpers/up.js';

let config: Config;
const env = () => ({ KLOROS_HOME: config.home, KLOROS_PORT_BASE: String(config.portBase) });
const run = (...args: string[]) => kloros(args, { env: env() });
const lines = ({ stdout }: CliResult) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Signal);
const past = async (...args: string[]) =>
  run('bus', 'listen', '--since', 'beginning', '--no-follow', '--output', 'jsonl', ...args);

function feed(input: string, ...args: string[]): Promise<CliResult> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [...bin, ...args], { env: cliEnv(env()) }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

describe('a home without a colony', () => {
  beforeEach(async () => {
    config = await temporaryConfig();
    return () => removeHome(config);
  });

  it('keeps what is emitted, says that nobody hears it, and shows it to who listens later', async () => {
    const emitted = await run('bus', 'emit', 'OBSERVATION', '--fact', 'text=hello', '--fact', 'a.b=[1]');
    expect(emitted).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Emitted OBSERVATION [0-9A-Z]{26}\n$/) as string,
    });
    expect(emitted.stderr).toContain('no daemon of this home hears OBSERVATION');
    expect(lines(await past())).toEqual([
      expect.objectContaining({
        signal: 'OBSERVATION',
        source: 'operator',
        cause_id: null,
        facts: { text: 'hello', a: { b: [1] } },
      }),
    ]);
  });

  it('refuses wrong facts of a known signal, with the issues in words', async () => {
    const { code, stdout } = await run('bus', 'emit', 'Q_MODULE_DISCOVERED', '--fact', 'module_name=3', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'INVALID_FACTS', why: expect.stringContaining('module_name') as string },
    });
    expect(await past()).toMatchObject({ code: 3, stdout: expect.stringContaining('JOURNAL_NOT_FOUND') as string });
  });

  it('takes facts from a file and from stdin, and the example of the catalogue with changes', async () => {
    const file = join(config.home, 'facts.json');
    writeFileSync(file, '{"n":1}');
    await run('bus', 'emit', 'A', '--facts', file, '--fact', 'm=2');
    await feed('{"n":3}', 'bus', 'emit', 'A', '--facts', '-');
    await run('bus', 'emit', 'Q_DREAM_TRIGGER', '--example', '--set', 'reason=because');
    const facts = lines(await past()).map((signal) => signal.facts);
    expect(facts).toEqual([{ n: 1, m: 2 }, { n: 3 }, expect.objectContaining({ reason: 'because' })]);
  });

  it('refuses a name that no door takes, alone and in an envelope, and keeps nothing of it', async () => {
    for (const name of ['', 'two words', 'Q_\u001b[2J', 'x'.repeat(201)]) {
      expect(await run('bus', 'emit', name)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('is no name of a signal') as string,
      });
      const piped = await feed(JSON.stringify({ signal: name, facts: {} }), 'bus', 'emit', '-');
      expect(piped).toMatchObject({ code: 2, stderr: expect.stringContaining('Line 1 is not a signal') as string });
    }
    expect(await past()).toMatchObject({ code: 3, stdout: '' });
  });

  it('leads from a bare fact to its flag, and from JSON on the command line to stdin', async () => {
    expect((await run('bus', 'emit', 'A', 'n=1')).stderr).toContain('facts have a flag: --fact n=1');
    const json = await run('bus', 'emit', 'A', '--facts', '{"n":1}');
    expect(json).toMatchObject({ code: 2, stderr: expect.stringContaining("echo '{…}' | kloros … -") as string });
    expect((await run('bus', 'emit', 'A', '--facts', '/nowhere')).stderr).toContain('There is no file /nowhere');
  });

  it('warns of a name that is nearly known', async () => {
    expect((await run('bus', 'emit', 'Q_DREAM_TRIGER')).stderr).toContain('did you mean Q_DREAM_TRIGGER?');
  });

  it('is fed with what it printed: anew with new ids, and not at all where ids are kept', async () => {
    for (const n of ['1', '2']) await run('bus', 'emit', 'A', '--fact', `n=${n}`);
    const before = await past();
    expect(await feed(before.stdout, 'bus', 'emit', '-', '--keep-ids')).toMatchObject({ code: 0 });
    expect((await past()).stdout).toBe(before.stdout);
    expect(await feed(before.stdout, 'bus', 'emit', '-')).toMatchObject({ code: 0 });
    const after = lines(await past());
    expect(after.map(({ facts }) => facts['n'])).toEqual([1, 2, 1, 2]);
    expect(new Set(after.map(({ id }) => id)).size).toBe(4);
  });

  it('filters by name, glob, expression and count, and prints single fields', async () => {
    await feed(
      '{"signal":"GAP","facts":{"n":1}}\n{"signal":"GAP_FOUND","facts":{"n":2}}\n{"signal":"B"}\n',
      'bus',
      'emit',
      '-',
    );
    const names = async (...args: string[]) => lines(await past(...args)).map(({ signal }) => signal);
    expect(await names('GAP')).toEqual(['GAP']);
    expect(await names('GAP*')).toEqual(['GAP', 'GAP_FOUND']);
    expect(await names('--where', 'facts.n > 1')).toEqual(['GAP_FOUND']);
    expect(await names('--count', '1')).toEqual(['GAP']);
    const fields = await run(
      'bus',
      'listen',
      '--since',
      '1h',
      '--no-follow',
      '--field',
      'facts.n',
      '--field',
      'signal',
    );
    expect(fields.stdout).toBe('1\tGAP\n2\tGAP_FOUND\n\tB\n');
  });

  it('ends a listener after --for with 0, and with 4 where --count was not reached', async () => {
    await run('bus', 'emit', 'OBSERVATION');
    const alone = await run('bus', 'listen', '--for', '50ms');
    expect(alone).toMatchObject({ code: 0, stdout: '' });
    expect(alone.stderr).toContain('No hub runs in this home');
    expect(await run('bus', 'listen', '--for', '50ms', '--count', '1')).toMatchObject({ code: 4 });
  });

  it.each([
    ['--where', 'facts.n >', 'INVALID_EXPRESSION'],
    ['--since', 'yesterday', 'INVALID_SINCE'],
    ['--for', 'long', 'INVALID_DURATION'],
  ])('refuses %s %j as wrong usage', async (flag, value, code) => {
    const refused = await run('bus', 'listen', flag, value, '--json');
    expect(refused.code).toBe(2);
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code } });
  });

  it('hears live what comes after the past, each once, and ends with 130 on Ctrl-C', async () => {
    await run('bus', 'emit', 'A', '--fact', 'n=1');
    const child = spawn(process.execPath, [...bin, 'bus', 'listen', '--since', '1h', '--field', 'facts.n'], {
      env: cliEnv(env()),
    });
    let heard = '';
    child.stdout.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    await once(child.stdout, 'data');
    await run('bus', 'emit', 'A', '--fact', 'n=2');
    if (!heard.includes('2')) await once(child.stdout, 'data');
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([130, null]);
    expect(heard).toBe('1\n2\n');
  });
});

describe('a colony', () => {
  let up: Up;
  beforeAll(async () => {
    config = await temporaryConfig();
    up = startUp(env(), [
      '--only',
      'chemical-bus',
      '--only',
      'capability-integrator',
      '--only',
      'orchestrator-monitor',
    ]);
    await up.ready();
  });
  afterAll(async () => {
    await up.end('SIGTERM');
    removeHome(config);
  });

  it('answers an emit that waits, with the signal of the same chain', async () => {
    const waited = await run(
      'bus',
      'emit',
      'Q_INVESTIGATION_COMPLETE',
      '--example',
      '--set',
      'question_id=nobody.asked',
      '--wait-for',
      'Q_INTEGRATION_FAILED',
      '--wait-for',
      'Q_MODULE_INTEGRATED',
      '--json',
    );
    expect(waited.code).toBe(0);
    const { result } = JSON.parse(waited.stdout) as {
      result: { emitted: Signal[]; answer: Signal; hearers: unknown[] };
    };
    expect(result.answer).toMatchObject({
      signal: 'Q_INTEGRATION_FAILED',
      trace: result.emitted[0]?.id,
      cause_id: result.emitted[0]?.id,
    });
    expect(result.hearers).toEqual([{ name: 'capability_integrator_daemon', running: true }]);
  });

  it('times out with 4 where nobody answers, and says where to look', async () => {
    const waited = await run(
      'bus',
      'emit',
      'OBSERVATION',
      '--wait-for',
      'Q_MODULE_INTEGRATED',
      '--timeout',
      '200ms',
      '--json',
    );
    expect(waited.code).toBe(4);
    expect(JSON.parse(waited.stdout)).toMatchObject({ error: { code: 'ANSWER_TIMED_OUT' } });
  });
});
