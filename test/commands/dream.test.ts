import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import DreamHistory from '../../src/commands/dream/history.js';
import DreamInit from '../../src/commands/dream/init.js';
import DreamList from '../../src/commands/dream/list.js';
import DreamShow from '../../src/commands/dream/show.js';
import DreamRun from '../../src/commands/dream/run.js';
import DreamTry from '../../src/commands/dream/try.js';
import DreamWinners from '../../src/commands/dream/winners.js';
import { commandOf } from '../../src/lib/base/process-identity.js';
import { bin, cliEnv, kloros, type CliResult } from '../helpers/cli.js';
import { until } from '../helpers/colony.js';
import { APP } from '../helpers/dream-home.js';
import { examplesOf } from '../helpers/examples.js';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'kloros-dream-command-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

vi.setConfig({ testTimeout: 300_000 });
const env = () => ({ KLOROS_HOME: home, KLOROS_DREAM_MAX_LOAD: '100000', KLOROS_DREAM_MIN_FREE_MB: '0' });
const dream = (...args: string[]): Promise<CliResult> => kloros(['dream', ...args], { env: env() });
const json = ({ stdout }: CliResult): unknown => JSON.parse(stdout);

describe('on a terminal', () => {
  /** Runs the program in a terminal of its own, as an operator does; answers all that was written to it. */
  const inTerminal = (
    command: string,
    more: Record<string, string>,
  ): Promise<{ code: number | null; screen: string }> =>
    new Promise((resolve) => {
      const options = { env: cliEnv({ ...more, TERM: 'xterm-256color' }), maxBuffer: 64 << 20 };
      const child = execFile(
        'script',
        ['--quiet', '--return', '--command', `stty cols 120 rows 40; ${command}`, '/dev/null'],
        options,
        (_, stdout) => resolve({ code: child.exitCode, screen: stdout }),
      );
      child.stdin?.end();
    });

  it('dream run shows the generation, its candidates, the best and what is left, and the matches', async () => {
    const place = mkdtempSync(join(tmpdir(), 'kloros-dream-live-'));
    writeFileSync(
      join(place, 'dream.yaml'),
      stringify({ run: { seed: 1 }, experiments: [{ ...APP, param_mapping: {} }] }),
    );
    const command = [process.execPath, ...bin, 'dream', 'run', '--yes'].map((word) => `'${word}'`).join(' ');
    const { code, screen } = await inTerminal(command, { ...env(), KLOROS_HOME: place });
    rmSync(place, { recursive: true, force: true });
    const text = stripVTControlCharacters(screen);
    expect(code).toBe(0);
    expect(text).toContain('app  generation 0');
    expect(text).toMatch(/[1-5] of 5; \d+ evaluations/);
    expect(text).toMatch(/best \d\.\d{3} mutation_\d, in use \d\.\d{3}/);
    expect(text).toMatch(/left: \d candidates, \d generations, \d+m/);
    expect(text).toMatch(/app {2}match \d\.\d|app {2}match title|app {2}tournament/);
    expect(text).toContain('Done: 4 candidates in');
    // It draws over what it drew before.
    expect(screen).toContain('\u001B[1A');
  });
});

describe('a run that was ended by force', () => {
  it('is in the history once the next one begins, and nothing of it runs on', async () => {
    const place = mkdtempSync(join(tmpdir(), 'kloros-dream-killed-'));
    const [started, hang] = [join(place, 'started'), join(place, 'hang')];
    const script = `[ ! -e ${hang} ] || { echo $$ > ${started}; sleep 3600; }; echo "{\\"score\\": $KLOROS_PARAM_LEVEL}"`;
    const experiment = { ...APP, artifacts: [], param_mapping: {}, evaluator: { command: ['sh', '-c', script] } };
    writeFileSync(join(place, 'dream.yaml'), stringify({ run: { seed: 1 }, experiments: [experiment] }));
    writeFileSync(hang, '');
    const inPlace = { ...env(), KLOROS_HOME: place };
    const run = spawn(process.execPath, [...bin, 'dream', 'run', '--yes'], { env: cliEnv(inPlace), stdio: 'ignore' });
    await until('its evaluator runs', () => existsSync(started) && readFileSync(started, 'utf8').endsWith('\n'));
    run.kill('SIGKILL');
    await once(run, 'exit');
    rmSync(hang);
    expect(await kloros(['dream', 'run', '--yes'], { env: inPlace })).toMatchObject({ code: 0 });
    const { result } = json(await kloros(['dream', 'history', '--json'], { env: inPlace })) as { result: unknown };
    expect(result).toMatchObject([
      { success: true },
      { success: false, failure: { error_type: 'Interrupted', error_message: 'its process was ended by force' } },
    ]);
    expect(commandOf(Number(readFileSync(started, 'utf8')))).toBe('');
    rmSync(place, { recursive: true, force: true });
  });
});

describe('before there are experiments', () => {
  it('says how to get one', async () => {
    const { code, stderr } = await dream('list');
    expect(code).toBe(3);
    expect(stderr).toContain('kloros dream init');
  });

  it('shows what it would write, and writes nothing', async () => {
    const { code, stdout } = await dream('init', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain(join(home, 'dream.yaml'));
    expect(existsSync(join(home, 'dream.yaml'))).toBe(false);
  });
});

describe('the shipped example', () => {
  it('is written once, lists itself as ready and measures real compression', async () => {
    expect(json(await dream('init', '--yes', '--json'))).toMatchObject({ result: { dry_run: false } });
    expect(json(await dream('list', '--json'))).toMatchObject({
      result: [{ name: 'compression', enabled: true, problem: null, baseline: { from: 'declared' } }],
      warnings: [],
    });
    const tried = json(await dream('try', 'compression', '--json')) as {
      result: { evaluation: { metrics: { size_ratio: number; milliseconds: number } } };
    };
    const { size_ratio, milliseconds } = tried.result.evaluation.metrics;
    expect(size_ratio).toBeGreaterThan(0.1);
    expect(size_ratio).toBeLessThan(0.9);
    expect(milliseconds).toBeGreaterThan(0);
  });

  it('is not written over what is there', async () => {
    const before = readFileSync(join(home, 'dream.yaml'), 'utf8');
    expect(json(await dream('init', '--yes', '--json'))).toMatchObject({
      status: 1,
      error: { code: 'EXPERIMENTS_EXIST' },
    });
    expect(readFileSync(join(home, 'dream.yaml'), 'utf8')).toBe(before);
  });
});

describe('dream try', () => {
  it('refuses values that are outside the search space', async () => {
    const { code, stderr } = await dream('try', 'compression', '--param', 'level=99');
    expect(code).toBe(2);
    expect(stderr).toContain('level=99 is not within 1 and 9');
  });

  it('suggests the experiment that was meant', async () => {
    const { code, stderr } = await dream('try', 'compresion');
    expect(code).toBe(3);
    expect(stderr).toContain('did you mean compression?');
  });
});

describe('the examples in the help', () => {
  it.each(
    [DreamInit, DreamList, DreamTry, DreamRun, DreamShow, DreamHistory, DreamWinners].flatMap((command) =>
      examplesOf(command),
    ),
  )('of: %s', async (example) => {
    const { code, stdout } = await kloros(example.split(' '), { env: env(), cwd: home });
    // The example of init meets a home that has its file already.
    expect(code).toBe(example.startsWith('dream init') ? 1 : 0);
    expect(stdout === '').toBe(example.startsWith('dream init'));
  });
});

describe('dream show --html', () => {
  it('has left one page that loads nothing', () => {
    const page = readFileSync(join(home, 'cycle.html'), 'utf8');
    expect(page).toContain('<h2>compression</h2>');
    expect(page).not.toMatch(/<script|<link|https?:/);
  });
});

describe('a dream.yaml that is wrong', () => {
  it('is named with line and key', async () => {
    const path = join(home, 'dream.yaml');
    writeFileSync(path, readFileSync(path, 'utf8').replace('max: 9', 'max: nine'));
    const { code, stderr } = await dream('list');
    expect(code).toBe(2);
    expect(stderr).toMatch(/line \d+: experiments\[0\]\.search_space\.level\.max expected number, received string/);
  });
});
