import { own, setOwn } from '../../base/own.js';
import { holds, valuesOf, type Parameter, type Params, type Scalar } from '../parameter.js';

/** Parameters of a search, by name; a condition names only parameters above its own. */
export type Space = Readonly<Record<string, Parameter>>;

/**
 * A candidate as numbers 0 ≤ x ≤ 1, one for each parameter of the space in its order.
 * Genes of parameters whose condition does not hold are carried along silently, and speak again in a descendant.
 */
export type Genome = number[];

/** How a parameter is mutated: by a nudge along an order, or by a swap for any other value. */
export type GeneKind = 'numeric' | 'categorical';

/** Whether the values of a parameter have an order. */
export function kindOf(parameter: Parameter): GeneKind {
  const values = valuesOf(parameter);
  const isOrdered = values === undefined || (values.length > 2 && values.every((value) => typeof value === 'number'));
  return isOrdered ? 'numeric' : 'categorical';
}

/** The candidate that a genome stands for. */
export function decode(space: Space, genome: Genome): Params {
  const params: Params = {};
  Object.entries(space).forEach(([name, parameter], index) => {
    if (holds(parameter, params)) setOwn(params, name, valueAt(parameter, genome[index] ?? 0));
  });
  return params;
}

/** A genome of a candidate; parameters that it does not have stand in the middle. */
export function encode(space: Space, params: Params): Genome {
  return Object.entries(space).map(([name, parameter]) => {
    const value = own(params, name);
    return value === undefined ? 0.5 : geneOf(parameter, value);
  });
}

/** The same for the same candidate, whatever its silent genes say. */
export function keyOf(params: Params): string {
  return JSON.stringify(Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function valueAt(parameter: Parameter, gene: number): Scalar {
  const values = valuesOf(parameter);
  if (values !== undefined) return values[Math.min(Math.floor(gene * values.length), values.length - 1)] ?? false;
  const { min, max, scale, type } = parameter as Extract<Parameter, { min: number }>;
  const isLog = scale === 'log';
  // Every whole number has the same share of the scale, the ends included.
  const [from, to] = type === 'int' ? [min - (isLog ? 0 : 0.5), max + (isLog ? 0 : 0.5)] : [min, max];
  const value = isLog ? from * (to / from) ** gene : from + (to - from) * gene;
  return Math.min(max, Math.max(min, type === 'int' ? Math.round(value) : Number(value.toPrecision(6))));
}

function geneOf(parameter: Parameter, value: Scalar): number {
  const values = valuesOf(parameter);
  if (values !== undefined) return (Math.max(0, values.indexOf(value)) + 0.5) / values.length;
  const { min, max, scale } = parameter as Extract<Parameter, { min: number }>;
  const number = Number(value);
  return scale === 'log' ? Math.log(number / min) / Math.log(max / min) : (number - min) / (max - min);
}
