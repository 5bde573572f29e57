import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluate, missingEvaluator, type EvaluationPlace } from '../../../src/lib/dream/evaluator.js';
import { until } from '../../helpers/colony.js';
import { temporaryFolder } from '../../helpers/temporary-folders.js';
import { experimentWith, nodeEvaluator } from './experiments.js';

const never = new AbortController().signal;

/** Judges one candidate with an evaluator of this program text. */
async function judge(program: string, parts: Record<string, unknown> = {}, place: Partial<EvaluationPlace> = {}) {
  const folder = temporaryFolder();
  const evaluator = { command: nodeEvaluator(program), ...(parts['evaluator'] as object | undefined) };
  const experiment = await experimentWith({ ...parts, evaluator });
  const where = { folder, workRoot: join(folder, 'work'), mark: folder, abort: never, ...place };
  return { folder, evaluation: await evaluate(experiment, { id: 'mutation_1', params: { x: 0.5 } }, where) };
}

/** Whether a process runs; one that has ended and was not waited for does not. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Starts a child that sleeps for an hour, and tells its pid in a file of the working folder's parent. */
const forking = (options: string) => `
const child = require('node:child_process').spawn('sleep', ['3600'], ${options});
require('node:fs').writeFileSync(process.env.CHILD_FILE, String(child.pid));`;

describe('an evaluator', () => {
  it('gets the candidate on stdin and in its environment, and a folder of its own', async () => {
    const { evaluation, folder } = await judge(`
      if (process.env.KLOROS_PARAM_X !== '0.5' || process.env.KLOROS_CANDIDATE !== 'mutation_1') process.exit(1);
      require('node:fs').writeFileSync(process.env.KLOROS_WORK_DIR + '/made', '');
      console.log(JSON.stringify({ score: candidate.x * 2 }));`);
    expect(evaluation).toMatchObject({ ok: true, metrics: { score: 1 }, spread: { score: 0 }, runs: 1 });
    expect(readdirSync(join(folder, 'work'))).toEqual([]);
  });

  it('may be written in Python, and talk before its last line', async () => {
    const program = 'import json, sys\nprint("warming up")\nprint(json.dumps({"score": json.load(sys.stdin)["x"]}))';
    const { evaluation } = await judge('', { evaluator: { command: ['python3', '-c', program] } });
    expect(evaluation).toMatchObject({ ok: true, metrics: { score: 0.5 } });
  });

  it('may name its metrics otherwise', async () => {
    const metrics = { target_direction: { latency: 'down' }, map: { latency: 'timings.p95' } };
    const { evaluation } = await judge('console.log(JSON.stringify({ timings: { p95: 12 } }))', { metrics });
    expect(evaluation).toMatchObject({ ok: true, metrics: { latency: 12 } });
  });

  it('is run as often as it repeats: the median counts, and the spread is recorded', async () => {
    const folder = temporaryFolder();
    const program = `
      const runs = require('node:fs').readdirSync('.').length;
      require('node:fs').writeFileSync('run' + runs, '');
      console.log(JSON.stringify({ score: [3, 100, 5][runs] }));`;
    const { evaluation } = await judge(program, { evaluator: { repeats: 3, cwd: folder } });
    expect(evaluation).toMatchObject({ ok: true, metrics: { score: 5 }, runs: 3 });
    expect(evaluation.ok && evaluation.spread['score']).toBeCloseTo(55.4, 1);
  });

  it('may leave files, which are taken before its folder is removed', async () => {
    const kept: string[] = [];
    const program = `
      require('node:fs').writeFileSync(process.env.KLOROS_WORK_DIR + '/code.py', 'pass');
      console.log('{"score": 1}');`;
    await judge(program, {}, { keep: async (work) => void kept.push(...readdirSync(work)) });
    expect(kept).toEqual(['code.py']);
  });
});

describe('an evaluator that fails is a failed candidate, with a name for how', () => {
  it.each([
    ['crashes', 'console.error("no such model"); process.exit(3)', 'EvaluatorCrashed', 'exit code 3: no such model'],
    ['is ended by a signal', 'process.kill(process.pid, "SIGSEGV")', 'EvaluatorCrashed', 'signal 11'],
    ['prints garbage', 'console.log("<html>")', 'OutputUnreadable', '"<html>"'],
    ['prints nothing', '', 'OutputUnreadable', 'it printed nothing'],
  ])('one that %s', async (...[, program, error_type, message]) => {
    const { evaluation } = await judge(program);
    expect(evaluation).toMatchObject({ ok: false, failure: { error_type } });
    expect(!evaluation.ok && evaluation.failure.error_message).toContain(message);
  });

  it('one that prints 100 MB', async () => {
    const { evaluation } = await judge('', { evaluator: { command: ['head', '-c', '100000000', '/dev/zero'] } });
    expect(evaluation).toMatchObject({ ok: false, failure: { error_type: 'OutputTooLarge' } });
  });

  it('one that hangs', async () => {
    const { evaluation } = await judge('setInterval(() => 0, 1000)', { evaluator: { timeoutSec: 0.5 } });
    expect(evaluation).toMatchObject({ ok: false, failure: { error_type: 'EvaluatorTimedOut' } });
  });

  it('one that takes too much memory', async () => {
    const program = 'const held = []; setInterval(() => held.push(Buffer.alloc(32 << 20, 1)), 20)';
    const { evaluation } = await judge(program, { evaluator: { memoryMb: 200 } });
    expect(evaluation).toMatchObject({ ok: false, failure: { error_type: 'EvaluatorOutOfMemory' } });
  });

  it.each([
    ['a program that is missing', { command: ['no-such-program'] }],
    ['a file that is missing', { command: ['./no-such-file.sh'] }],
    ['a folder that is missing', { command: ['true'], cwd: 'no-such-folder' }],
  ])('%s', async (_what, evaluator) => {
    const { evaluation, folder } = await judge('', { evaluator });
    expect(evaluation).toMatchObject({ ok: false, failure: { error_type: 'EvaluatorMissing' } });
    expect(await missingEvaluator(await experimentWith({ evaluator }), folder)).toMatch(
      /does not exist|not on the PATH/,
    );
  });

  it('keeps the end of its stderr, however much that is', async () => {
    const { evaluation } = await judge('console.error("x".repeat(1 << 20) + "the reason"); process.exitCode = 1');
    expect(!evaluation.ok && evaluation.failure.stderr).toMatch(/the reason\n$/);
    expect(!evaluation.ok && evaluation.failure.stderr.length).toBeLessThan(20_000);
  });

  it('is stopped with its cycle', async () => {
    const control = new AbortController();
    const judged = judge('setInterval(() => 0, 1000)', {}, { abort: control.signal });
    setTimeout(() => control.abort(), 50);
    expect((await judged).evaluation).toMatchObject({ ok: false, failure: { error_type: 'Stopped' } });
  });
});

describe('no child is left behind', () => {
  it.each([
    ['in its own group, after it has ended', "{ stdio: 'ignore' }", 'child.unref(); console.log(\'{"score": 1}\')'],
    ['that holds its stdout', "{ stdio: 'inherit' }", 'child.unref(); console.log(\'{"score": 1}\')'],
    ['in a session of its own', "{ stdio: 'ignore', detached: true }", 'child.unref(); console.log(\'{"score": 1}\')'],
    ['when it hangs with it', "{ stdio: 'inherit' }", ''],
  ])('by one that forks a child %s', async (_how, options, rest) => {
    const file = join(temporaryFolder(), 'pid');
    await judge(`${forking(options)}\n${rest}`, { evaluator: { timeoutSec: 15, env: { CHILD_FILE: file } } });
    const pid = Number(readFileSync(file, 'utf8'));
    await until('the child is gone', () => !isRunning(pid));
  });

  it('when the process that judges is killed', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'pid');
    mkdirSync(join(folder, 'work'));
    writeFileSync(join(folder, 'judge.ts'), JUDGE);
    const { spawn } = await import('node:child_process');
    const judging = spawn(process.execPath, ['--import', 'tsx', join(folder, 'judge.ts')], {
      cwd: new URL('../../../', import.meta.url),
      env: { ...process.env, CHILD_FILE: file },
      stdio: 'ignore',
    });
    await until('the evaluator runs', () => existsSync(file) && readFileSync(file, 'utf8') !== '');
    judging.kill('SIGKILL');
    const pid = Number(readFileSync(file, 'utf8'));
    await until('the child is gone', () => !isRunning(pid));
  });
});

const JUDGE = `
import { runGuarded } from '${new URL('../../../src/lib/base/guarded-process.ts', import.meta.url).pathname}';
void runGuarded({
  command: process.execPath,
  args: ['-e', ${JSON.stringify(forking("{ stdio: 'ignore' }"))} + 'setInterval(() => 0, 1000)'],
  cwd: '.', env: {}, input: '', timeoutMs: 3600000, memoryBytes: 1e12, maxStdoutBytes: 1e6, mark: 'killed',
  abort: new AbortController().signal,
});
`;
