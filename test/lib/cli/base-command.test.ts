import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { cliEnv, contract as program, run, type CliResult } from '../../helpers/cli.js';

const contract = (args: string[], env: Record<string, string> = {}): Promise<CliResult> =>
  run([...program, ...args], { env: cliEnv(env) });
const json = (result: CliResult): unknown => JSON.parse(result.stdout);

function start(args: string[]): ChildProcess {
  return spawn(process.execPath, [...program, ...args], { env: cliEnv(), stdio: ['ignore', 'pipe', 'pipe'] });
}

async function until(child: ChildProcess, word: string): Promise<void> {
  for await (const chunk of child.stderr ?? []) if (String(chunk).includes(word)) return;
}

describe('results', () => {
  it.each(['0', 'false', '""', 'null', '[]', '{"a":1}'])('of %s are printed under --json', async (value) => {
    const result = await contract(['return', value, '--json']);
    expect(json(result)).toEqual({ status: 0, result: JSON.parse(value) as unknown, warnings: [] });
    expect(result.code).toBe(0);
  });

  it('that are undefined are null under --json', async () => {
    expect(json(await contract(['nothing', '--json']))).toEqual({ status: 0, result: null, warnings: [] });
  });

  it('may end with another exit code, which the document says too', async () => {
    const result = await contract(['status', '--json']);
    expect(json(result)).toMatchObject({ status: 1, result: 'looked' });
    expect(result.code).toBe(1);
  });
});

describe('warnings', () => {
  it('are in the document under --json, and nothing is on stderr', async () => {
    const result = await contract(['warn', '--json']);
    expect(json(result)).toEqual({ status: 0, result: 1, warnings: ['the first', 'the second'] });
    expect(result.stderr).toBe('');
  });

  it('are on stderr for people', async () => {
    const result = await contract(['warn']);
    expect(result).toMatchObject({ stdout: '', stderr: 'Warning: the first\nWarning: the second\n' });
  });
});

describe('lines', () => {
  it('are words for people, with talk on stderr', async () => {
    expect(await contract(['lines'])).toMatchObject({ stdout: 'line 1\nline 2\nfor people\n', stderr: 'talk\n' });
  });

  it('are one object a line under --output jsonl, and nothing else', async () => {
    expect(await contract(['lines', '--output', 'jsonl'])).toMatchObject({ stdout: '{"n":1}\n{"n":2}\n', stderr: '' });
  });

  it('are the result under --json where there is no other', async () => {
    expect(json(await contract(['lines', '--json']))).toMatchObject({ result: [{ n: 1 }, { n: 2 }] });
  });
});

describe('errors', () => {
  it.each([
    ['WHATEVER', 1],
    ['TIMED_OUT', 4],
  ])('of code %s are one document under --json, with the exit code in it', async (code, status) => {
    const result = await contract(['throw', code, '--json']);
    expect(json(result)).toEqual({
      status,
      error: { code, message: 'it failed', why: 'because', next: ['do this'] },
      warnings: [],
    });
    expect(result).toMatchObject({ code: status, stderr: '' });
  });

  it('say to people what, why and what now, on stderr', async () => {
    const stderr = 'Error: it failed\nWhy:   because\nNext:  do this\n';
    expect(await contract(['throw', 'NOT_FOUND'])).toEqual({ code: 3, stdout: '', stderr });
  });

  it('are one line under --output jsonl', async () => {
    const result = await contract(['throw', 'X', '--output=jsonl']);
    expect(result.stdout.split('\n')).toHaveLength(2);
    expect(json(result)).toMatchObject({ status: 1, error: { code: 'X' } });
  });

  it('that nobody foresaw have a stack only with --debug', async () => {
    const [plain, debug] = await Promise.all([contract(['bug']), contract(['bug', '--debug'])]);
    expect(plain.stderr).toContain('Error: cannot read properties of undefined');
    expect(plain.stderr).not.toContain('contract.js');
    expect(debug.stderr).toContain('contract.js');
    expect([plain.code, debug.code]).toEqual([1, 1]);
  });

  it.each([
    { args: ['nothing', '--hom', 'x'], message: 'Unknown flag --hom', why: 'did you mean --home?' },
    { args: [], message: 'Missing WHAT', why: 'the command needs WHAT (what)' },
    { args: ['nothing', 'b', 'c'], message: 'Unexpected argument: c' },
    { args: ['nothing', '--output', 'xml'], message: 'Expected --output=xml to be one of: text, jsonl' },
  ])('of usage say: $message', async ({ args, message, why = 'the command line is not as the help says' }) => {
    const result = await contract([...args, '--json']);
    expect(json(result)).toEqual({
      status: 2,
      error: { code: 'USAGE', message, why, next: ['kloros contract --help'] },
      warnings: [],
    });
    expect(result).toMatchObject({ code: 2, stderr: '' });
  });

  it('of a check are UNKNOWN, wrong usage included', async () => {
    const env = { CONTRACT_CHECK: 'yes' };
    const results = await Promise.all([contract(['throw', 'X'], env), contract(['--wrong'], env)]);
    expect(results.map(({ code }) => code)).toEqual([3, 3]);
  });
});

describe('a closed pipe', () => {
  it.each([
    ['endless', '--output=jsonl'],
    ['endless-listening', '--output=jsonl'],
    ['endless-slow', '--output=text'],
  ])('ends %s at once, as a success and in silence', async (...args) => {
    const child = start(args);
    const errors: unknown[] = [];
    child.stderr?.on('data', (chunk) => errors.push(String(chunk)));
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(errors).toEqual([]);
  });
});

describe('a slow reader', () => {
  it('gets every line, and the error after them', async () => {
    const child = start(['many', '--output=jsonl']);
    let text = '';
    await new Promise((resolve) => child.stdout?.once('readable', resolve));
    child.stdout?.on('data', (chunk) => (text += String(chunk)));
    expect(await once(child, 'close')).toEqual([1, null]);
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(50_001);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ error: { code: 'LATE' } });
  });
});

describe('Ctrl-C', () => {
  it('ends a command that does not listen, with an error', async () => {
    const child = start(['deaf']);
    await until(child, 'ready');
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([130, null]);
  });

  it('lets a command that listens end with what it has', async () => {
    const child = start(['polite', '--json']);
    const text: string[] = [];
    child.stdout?.on('data', (chunk) => text.push(String(chunk)));
    await until(child, 'ready');
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([130, null]);
    expect(JSON.parse(text.join(''))).toMatchObject({ status: 130, result: 'partial' });
  });

  it('ends a command that does not end itself the second time', async () => {
    const child = start(['stubborn']);
    await until(child, 'ready');
    child.kill('SIGINT');
    const exit = once(child, 'exit');
    const again = setInterval(() => child.kill('SIGINT'), 50);
    expect(await exit).toEqual([130, null]);
    clearInterval(again);
  });

  it('is not what SIGTERM is: an orderly stop is a success', async () => {
    const child = start(['polite']);
    await until(child, 'ready');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
