import { resolve } from 'node:path';
import { runGuarded } from '../base/guarded-process.js';
import { evaluate, type EvaluationPlace } from '../dream/evaluator.js';
import type { Metrics } from '../dream/evaluation.js';
import type { Experiment } from '../dream/experiment.js';
import { complaintAbout, holds, type Params } from '../dream/parameter.js';
import { changeText, meanChange, type Measure } from './verdict.js';

/** Why a winner is not deployed, or does not stay. */
export interface Objection {
  errorType: string;
  reason: string;
}

/** What a fresh look at a winner found. */
export type Validation =
  { ok: true; metrics: Metrics; baseline: Metrics; change: number } | { ok: false; objection: Objection };

/** Where and how it is looked at. */
export interface Validating {
  experiment: Experiment;
  measure: Measure;
  place: EvaluationPlace;
}

const CHECK_MEMORY_BYTES = 2_147_483_648;
const CHECK_OUTPUT_BYTES = 1_048_576;

/** Bounds, the experiment's own check, and both measured anew: what a search found by luck is not found twice. */
export async function validateWinner(
  { experiment, measure, place }: Validating,
  winner: Params,
  inUse: Params,
): Promise<Validation> {
  const wrong = outOfBounds(experiment, winner) ?? (await runCheck({ experiment, place }, 'check', winner));
  if (wrong) return { ok: false, objection: wrong };
  const before = await evaluate(experiment, { id: 'in-use', params: inUse }, place);
  if (!before.ok)
    return refused('BaselineNotMeasured', `what is in use cannot be measured: ${before.failure.error_message}`);
  const now = await evaluate(experiment, { id: 'winner', params: winner }, place);
  if (!now.ok) return refused(now.failure.error_type, now.failure.error_message);
  const change = meanChange(measure, now.metrics, before.metrics);
  if (change > 0) return { ok: true, metrics: now.metrics, baseline: before.metrics, change };
  return refused('GainNotConfirmed', `measured anew it is ${changeText(change)} against what is in use`);
}

/** A candidate has exactly the parameters of its experiment, each within its bounds. */
function outOfBounds({ search_space: space }: Experiment, params: Params): Objection | undefined {
  const complaints = Object.entries(space).flatMap(([name, parameter]) => {
    if (!holds(parameter, params)) return name in params ? [`${name} is set though its condition does not hold`] : [];
    const complaint = complaintAbout(params[name], parameter);
    return complaint === undefined ? [] : [`${name} ${complaint}`];
  });
  const unknown = Object.keys(params).filter((name) => !(name in space));
  const all = [...complaints, ...unknown.map((name) => `${name} is no parameter`)];
  return all.length === 0 ? undefined : { errorType: 'OutOfBounds', reason: all.join('; ') };
}

/** Runs `check` or `post_check`; undefined where it succeeds or there is none. */
export async function runCheck(
  { experiment, place }: Pick<Validating, 'experiment' | 'place'>,
  which: 'check' | 'post_check',
  params: Params,
): Promise<Objection | undefined> {
  const check = experiment[which];
  if (check === undefined) return undefined;
  const [command, ...args] = check.command;
  const { end, exitCode, stderr } = await runGuarded({
    ...{ command, args, cwd: resolve(place.folder, check.cwd ?? '.') },
    env: { ...check.env, ...environmentOf(experiment.name, params) },
    input: `${JSON.stringify(params)}\n`,
    timeoutMs: check.timeoutSec * 1_000,
    ...{ memoryBytes: CHECK_MEMORY_BYTES, maxStdoutBytes: CHECK_OUTPUT_BYTES },
    ...{ mark: `${place.mark}/${which}`, abort: place.abort },
  });
  if (end === 'aborted') place.abort.throwIfAborted();
  if (end === 'exited' && exitCode === 0) return undefined;
  const words = check.command.join(' ');
  const how = end === 'exited' ? `ended with ${exitCode ?? 'a signal'}` : end.replaceAll('-', ' ');
  const last = stderr.trim().split('\n').at(-1) ?? '';
  return { errorType: which === 'check' ? 'CheckFailed' : 'PostCheckFailed', reason: `${words} ${how}: ${last}` };
}

function environmentOf(experiment: string, params: Params): Record<string, string> {
  const values = Object.entries(params).map(([name, value]) => [`KLOROS_PARAM_${name.toUpperCase()}`, String(value)]);
  return { KLOROS_EXPERIMENT: experiment, ...(Object.fromEntries(values) as Record<string, string>) };
}

function refused(errorType: string, reason: string): Validation {
  return { ok: false, objection: { errorType, reason } };
}
