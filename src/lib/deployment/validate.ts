import { resolve } from 'node:path';
import { runGuarded } from '../base/guarded-process.js';
import { own } from '../base/own.js';
import { runOnce, type Candidate, type EvaluationPlace } from '../dream/evaluator.js';
import type { Experiment } from '../dream/experiment.js';
import { complaintAbout, holds, type Params } from '../dream/parameter.js';
import { compare, isGain, whyNoGain, type Compared, type Comparison } from './compare.js';
import type { Measure } from './verdict.js';

/** Why a winner is not deployed, or does not stay. */
export interface Objection {
  errorType: string;
  reason: string;
}

/** What a fresh look at a winner found. */
export type Validation = { ok: true; compared: Compared } | { ok: false; objection: Objection };

/** Where and how it is looked at. */
export interface Validating {
  experiment: Experiment;
  measure: Measure;
  place: EvaluationPlace;
}

/** A command that looks at a winner, what it is given, and where the files lie. */
export interface Check {
  which: 'check' | 'post_check';
  params: Params;
  /** Files of the winner. */
  artifacts: string;
  /** What is in use, by its link; nothing is there before the first deployment. */
  deployed: string;
}

const CHECK_MEMORY_BYTES = 2_147_483_648;
const CHECK_OUTPUT_BYTES = 1_048_576;

/** Bounds, the experiment's own check, and both measured anew, in turns: what a search found by luck is not found twice. */
export async function validateWinner(
  { experiment, measure, place }: Validating,
  check: Check,
  inUse: Params,
): Promise<Validation> {
  const { params: winner } = check;
  const wrong = outOfBounds(experiment, winner) ?? (await runCheck({ experiment, place }, check));
  if (wrong) return { ok: false, objection: wrong };
  const sides = { before: { id: 'in-use', params: inUse }, after: { id: 'winner', params: winner } };
  const compared = await compareBy({ experiment, measure, place }, sides);
  if (compared.ok) return isGain(compared) ? { ok: true, compared } : refused('GainNotConfirmed', whyNoGain(compared));
  const { side, failure } = compared;
  if (side === 'after') return refused(failure.error_type, failure.error_message);
  return refused('BaselineNotMeasured', `what is in use cannot be measured: ${failure.error_message}`);
}

/** Compares two by the experiment's own evaluator. */
export async function compareBy(
  { experiment, measure, place }: Validating,
  sides: { before: Candidate; after: Candidate },
): Promise<Comparison> {
  const run = (candidate: Candidate, which: string) => runOnce(experiment, { ...candidate, run: which }, place);
  return compare(sides, { measure, maxPairs: experiment.selector.match_pairs, run });
}

/** A candidate has exactly the parameters of its experiment, each within its bounds. */
function outOfBounds({ search_space: space }: Experiment, params: Params): Objection | undefined {
  const complaints = Object.entries(space).flatMap(([name, parameter]) => {
    if (!holds(parameter, params))
      return Object.hasOwn(params, name) ? [`${name} is set though its condition does not hold`] : [];
    const complaint = complaintAbout(own(params, name), parameter);
    return complaint === undefined ? [] : [`${name} ${complaint}`];
  });
  const unknown = Object.keys(params).filter((name) => !Object.hasOwn(space, name));
  const all = [...complaints, ...unknown.map((name) => `${name} is no parameter`)];
  return all.length === 0 ? undefined : { errorType: 'OutOfBounds', reason: all.join('; ') };
}

/** Runs `check` or `post_check`; undefined where it succeeds or there is none. */
export async function runCheck(
  { experiment, place }: Pick<Validating, 'experiment' | 'place'>,
  { which, params, artifacts, deployed }: Check,
): Promise<Objection | undefined> {
  const check = experiment[which];
  if (check === undefined) return undefined;
  const [command, ...args] = check.command;
  const { end, exitCode, stderr } = await runGuarded({
    ...{ command, args, cwd: resolve(place.folder, check.cwd ?? '.') },
    env: {
      ...check.env,
      ...environmentOf(experiment.name, params),
      ...{ KLOROS_ARTIFACTS_DIR: artifacts, KLOROS_DEPLOYED_DIR: deployed },
    },
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
