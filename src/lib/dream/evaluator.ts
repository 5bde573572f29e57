import { mkdir, rm, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { runGuarded, type GuardedResult } from '../base/guarded-process.js';
import { workFolder } from './cycle-folder.js';
import type { Experiment } from './experiment.js';
import { summarise, type Evaluation, type EvaluationFailure, type Metrics, type RunOutcome } from './evaluation.js';
import { readMetrics } from './evaluator-output.js';
import type { Params } from './parameter.js';

/** A candidate to be judged. */
export interface Candidate {
  id: string;
  params: Params;
}

/** Where candidates are judged. */
export interface EvaluationPlace {
  /** Folder of dream.yaml, from which `cwd` and relative commands start. */
  folder: string;
  /** Each run gets a folder of its own below it, removed afterwards. */
  workRoot: string;
  /** Names the cycle in the environment of everything that is started for it. */
  mark: string;
  abort: AbortSignal;
  /** Takes what a successful run left in its folder before that is removed; what is missing makes it a failed one. */
  keep?: (workFolder: string) => Promise<EvaluationFailure | undefined>;
}

const MAX_STDOUT_BYTES = 1_048_576;
const BYTES_PER_MIB = 1_048_576;

/** Judges a candidate by as many runs as the experiment repeats; the first failure ends it. Never rejects for what the evaluator does. */
export async function evaluate(
  experiment: Experiment,
  candidate: Candidate,
  place: EvaluationPlace,
): Promise<Evaluation> {
  const samples: Metrics[] = [];
  let durationMs = 0;
  for (let run = 1; run <= experiment.evaluator.repeats; run += 1) {
    const outcome = await runOnce(experiment, { ...candidate, run: `${run}` }, place);
    durationMs += outcome.durationMs;
    if (!outcome.ok) return { ok: false, failure: outcome.failure, runs: run, durationMs };
    samples.push(outcome.metrics);
  }
  return { ok: true, ...summarise(samples), runs: samples.length, durationMs };
}

/** One run of the evaluator for a candidate, in a folder of its own; `run` tells the runs of a candidate apart. */
export async function runOnce(
  experiment: Experiment,
  candidate: Candidate & { run: string },
  place: EvaluationPlace,
): Promise<RunOutcome> {
  const folder = workFolder(place.workRoot, candidate);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  try {
    const result = await start(experiment, candidate, { ...place, workFolder: folder });
    const outcome = outcomeOf(experiment, result);
    const missing = outcome.ok ? await place.keep?.(folder) : undefined;
    return missing === undefined ? outcome : { ok: false, failure: missing, durationMs: outcome.durationMs };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function start(
  { name, evaluator }: Experiment,
  candidate: Candidate & { run: string },
  place: EvaluationPlace & { workFolder: string },
): Promise<GuardedResult> {
  const [command, ...args] = evaluator.command;
  return runGuarded({
    command,
    args,
    cwd: resolve(place.folder, evaluator.cwd ?? '.'),
    env: {
      ...evaluator.env,
      ...environmentOf(name, candidate),
      KLOROS_WORK_DIR: place.workFolder,
      TMPDIR: place.workFolder,
    },
    input: `${JSON.stringify(candidate.params)}\n`,
    timeoutMs: evaluator.timeoutSec * 1_000,
    memoryBytes: evaluator.memoryMb * BYTES_PER_MIB,
    maxStdoutBytes: MAX_STDOUT_BYTES,
    mark: `${place.mark}/${candidate.id}-${candidate.run}`,
    abort: place.abort,
  });
}

/** What every evaluator finds in its environment besides its own `env`. */
function environmentOf(experiment: string, { id, params }: Candidate): Record<string, string> {
  const values = Object.entries(params).map(([name, value]) => [`KLOROS_PARAM_${name.toUpperCase()}`, String(value)]);
  return {
    KLOROS_EXPERIMENT: experiment,
    KLOROS_CANDIDATE: id,
    ...(Object.fromEntries(values) as Record<string, string>),
  };
}

function outcomeOf(experiment: Experiment, result: GuardedResult): RunOutcome {
  const { durationMs, stderr } = result;
  const broken = brokenLimit(experiment, result);
  if (broken !== undefined) return { ok: false, durationMs, failure: { ...broken, stderr } };
  const reading = readMetrics(result.stdout, experiment.metrics);
  if (reading.ok) return { ok: true, durationMs, metrics: reading.metrics };
  return { ok: false, durationMs, failure: { ...reading.failure, stderr } };
}

type Broken = Omit<EvaluationFailure, 'stderr'> | undefined;

function brokenLimit({ evaluator }: Experiment, { end, exitCode, stderr }: GuardedResult): Broken {
  const failed = (error_type: EvaluationFailure['error_type'], error_message: string) => ({
    error_type,
    error_message,
  });
  const words = evaluator.command.join(' ');
  if (end === 'timed-out') return failed('EvaluatorTimedOut', `${words} did not end within ${evaluator.timeoutSec} s`);
  if (end === 'out-of-memory')
    return failed('EvaluatorOutOfMemory', `${words} took more than ${evaluator.memoryMb} MiB`);
  if (end === 'too-much-output')
    return failed('OutputTooLarge', `${words} printed more than ${MAX_STDOUT_BYTES} bytes`);
  if (end === 'aborted') return failed('Stopped', `${words} was stopped`);
  if (end === 'not-started') return failed('EvaluatorMissing', `${words} could not be started: ${unstarted(stderr)}`);
  if (exitCode === 127 || exitCode === 126)
    return failed('EvaluatorMissing', `${words} could not be started: ${lastLine(stderr)}`);
  if (exitCode === 0) return undefined;
  return failed('EvaluatorCrashed', `${words} ended with ${exitWords(exitCode)}: ${lastLine(stderr)}`);
}

/** The shell that starts it is always there, unlike the folder in which it is to run. */
function unstarted(why: string): string {
  return why.includes('ENOENT') ? 'its folder does not exist' : why;
}

/** A shell reports a signal as 128 and its number. */
function exitWords(exitCode: number | null): string {
  if (exitCode === null) return 'a signal';
  return exitCode > 128 ? `signal ${exitCode - 128}` : `exit code ${exitCode}`;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() || 'nothing on stderr';
}

/** Why an evaluator cannot be there, or undefined: its program is looked for as a shell would. */
export async function missingEvaluator({ evaluator }: Experiment, folder: string): Promise<string | undefined> {
  const [command] = evaluator.command;
  const cwd = resolve(folder, evaluator.cwd ?? '.');
  if (!(await isThere(cwd))) return `its folder ${cwd} does not exist`;
  const path = { ...process.env, ...evaluator.env }['PATH'] ?? '/usr/bin:/bin';
  const places = command.includes('/') ? [cwd] : path.split(':').map((one) => resolve(cwd, one));
  const found = await Promise.all(places.map((one) => isThere(isAbsolute(command) ? command : join(one, command))));
  if (found.includes(true)) return undefined;
  return command.includes('/') ? `${resolve(cwd, command)} does not exist` : `${command} is not on the PATH`;
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
