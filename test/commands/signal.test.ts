import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import SignalExplain from '../../src/commands/signal/explain.js';
import SignalList from '../../src/commands/signal/list.js';
import { catalogue } from '../../src/lib/signals/catalogue.js';
import { bin, cliEnv, kloros } from '../helpers/cli.js';
import { examplesOf } from '../helpers/examples.js';

const NAMES = [...catalogue.keys()];
const json = ({ stdout }: { stdout: string }): unknown => JSON.parse(stdout);

describe('signal list', () => {
  it('shows every signal, by kind', async () => {
    const { stdout, code } = await kloros(['signal', 'list']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Advisory[^]*\nTrigger[^]*\nCompletion[^]*\nError/);
    for (const name of NAMES) expect(stdout).toContain(name);
  });

  it('gives programs one document, or one object a line', async () => {
    const [document, lines] = await Promise.all([
      kloros(['signal', 'list', '--json']),
      kloros(['signal', 'list', '--output', 'jsonl']),
    ]);
    const rows = lines.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(json(document)).toEqual({ status: 0, result: rows, warnings: [] });
    expect(rows).toHaveLength(NAMES.length);
  });

  it('ends when its reader has seen enough', async () => {
    const pipeline = `"${process.execPath}" ${bin.map((word) => `"${word}"`).join(' ')} signal list --output jsonl | head -1`;
    const { stdout } = await promisify(execFile)('bash', ['-o', 'pipefail', '-c', pipeline], { env: cliEnv() });
    expect(JSON.parse(stdout)).toMatchObject({ name: NAMES[0] });
  });

  it.skipIf(!existsSync('/dev/full'))('says why when its output cannot be written', async () => {
    const words = [process.execPath, ...bin].map((word) => `"${word}"`).join(' ');
    const child = spawn('bash', ['-c', `${words} signal list >/dev/full`], {
      env: cliEnv(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const text: string[] = [];
    child.stderr.on('data', (chunk) => text.push(String(chunk)));
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(text.join('')).toMatch(/^Error: The output could not be written\nWhy: +ENOSPC[^\n]*\nNext: [^\n]*\n$/);
  });

  it('finds a daemon under each of its names, and suggests one for a wrong name', async () => {
    const names = ['winner-deployer', 'winner_deployer_daemon', 'kloros-winner-deployer'];
    const found = await Promise.all(names.map((name) => kloros(['signal', 'list', '--emitter', name, '--json'])));
    expect(new Set(found.map(({ stdout }) => stdout)).size).toBe(1);
    expect(found[0]?.stdout).toContain('Q_WINNER_DEPLOYED');
    const wrong = await kloros(['signal', 'list', '--hears', 'winer-deployer', '--json']);
    expect(json(wrong)).toMatchObject({
      status: 3,
      error: { code: 'DAEMON_NOT_FOUND', why: 'did you mean winner_deployer_daemon?' },
    });
    expect(wrong.code).toBe(3);
  });

  it('gives other programs an AsyncAPI document with the ports that are set, the same in both forms', async () => {
    const env = { KLOROS_PORT_BASE: '9100' };
    const args = ['signal', 'list', '--asyncapi'];
    const [plain, document] = await Promise.all([kloros(args, { env }), kloros([...args, '--json'], { env })]);
    expect(json(plain)).toMatchObject({ asyncapi: '3.0.0', servers: { subscribers: { host: '127.0.0.1:9101' } } });
    expect(json(document)).toEqual({ status: 0, result: json(plain), warnings: [] });
  });

  it('refuses to leave signals out of an AsyncAPI document', async () => {
    const { code, stderr } = await kloros(['signal', 'list', '--asyncapi', '--hears', 'intent-router']);
    expect(code).toBe(2);
    expect(stderr).toContain('--hears');
  });

  it('that finds nothing says so with its exit code', async () => {
    const { code, stdout } = await kloros(['signal', 'list', '--hears', 'intent-router', '--json']);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toEqual({ status: 3, result: [], warnings: [] });
  });
});

describe('signal explain', () => {
  it('says what a signal means, who says and hears it, and what its fields are', async () => {
    const { stdout } = await kloros(['signal', 'explain', 'Q_DREAM_COMPLETE']);
    expect(stdout).toContain('Said by    dream_consumer_daemon');
    expect(stdout).toContain('Heard by   winner_deployer_daemon');
    expect(stdout).toMatch(/^cycle_id +text +always +must be there, also as run_tag$/m);
    expect(stdout).toMatch(/^tournament_winner +text or null +always +null when missing$/m);
  });

  it.each(['q_dream_trigger', 'dream_trigger', 'Q_DREAM_TRIGGER'])('knows %s', async (name) => {
    expect(json(await kloros(['signal', 'explain', name, '--json']))).toMatchObject({
      result: { name: 'Q_DREAM_TRIGGER', example: { promotion_count: 3 } },
    });
  });

  it('prints the JSON Schema, the same in both forms', async () => {
    const args = ['signal', 'explain', 'Q_DREAM_TRIGGER', '--schema'];
    const [plain, document] = await Promise.all([kloros(args), kloros([...args, '--json'])]);
    expect(json(document)).toMatchObject({ result: json(plain) });
    expect(json(plain)).toMatchObject({ required: ['reason', 'topic', 'promotion_count'] });
  });

  it('suggests a name for a wrong one', async () => {
    const { code, stderr, stdout } = await kloros(['signal', 'explain', 'Q_DREEM_TRIGER']);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('did you mean Q_DREAM_TRIGGER?\nNext:  kloros signal explain Q_DREAM_TRIGGER\n');
  });
});

describe('the examples in the help', () => {
  it.each([...examplesOf(SignalList), ...examplesOf(SignalExplain)])('of signal: %s', async (example) => {
    const { code, stdout } = await kloros(example.split(' '));
    expect(code).toBe(0);
    expect(stdout).not.toBe('');
  });
});
