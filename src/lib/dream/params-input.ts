import { KlorosError } from '../base/errors.js';
import { own, setOwn } from '../base/own.js';
import type { Experiment } from './experiment.js';
import { complaintAbout, holds, valuesOf, type Parameter, type Params, type Scalar } from './parameter.js';

/** Parameters with some of them changed by `NAME=VALUE`; those whose condition then does not hold are left out. Throws INVALID_PARAMETER. */
export function changedParams({ search_space: space }: Experiment, params: Params, changes: readonly string[]): Params {
  const wanted = new Map(changes.map((change) => split(change, space)));
  const changed: Params = {};
  for (const [name, parameter] of Object.entries(space)) {
    if (!holds(parameter, changed)) continue;
    const given = wanted.get(name);
    const value = given === undefined ? (own(params, name) ?? firstOf(parameter)) : valueOf(given, parameter);
    const complaint = complaintAbout(value, parameter);
    if (complaint !== undefined) throw invalid(`${name}=${String(given)} ${complaint}`, space);
    setOwn(changed, name, value);
  }
  return changed;
}

function split(change: string, space: Experiment['search_space']): [name: string, value: string] {
  const at = change.indexOf('=');
  const name = change.slice(0, at);
  if (at < 1) throw invalid(`${change} is not NAME=VALUE`, space);
  if (!Object.hasOwn(space, name)) throw invalid(`there is no parameter ${name}`, space);
  return [name, change.slice(at + 1)];
}

/** The listed value that is written so, else a number. */
function valueOf(text: string, parameter: Parameter): Scalar {
  const listed = valuesOf(parameter)?.find((value) => String(value) === text);
  return listed ?? (valuesOf(parameter) === undefined && text.trim() !== '' ? Number(text) : text);
}

function firstOf(parameter: Parameter): Scalar {
  return valuesOf(parameter)?.[0] ?? ('min' in parameter ? parameter.min : false);
}

function invalid(why: string, space: Experiment['search_space']): KlorosError {
  return new KlorosError({
    code: 'INVALID_PARAMETER',
    message: 'These parameters cannot be tried',
    why,
    next: [`the parameters are ${Object.keys(space).join(', ')}; their values: kloros dream list`],
  });
}
