import { z } from 'zod';
import { own } from '../base/own.js';

/** A value of a parameter. */
export type Scalar = string | number | boolean;

/** A candidate: a flat map of parameter to value. Parameters whose condition does not hold are not in it. */
export type Params = Record<string, Scalar>;

const scalar = z.union([z.string(), z.number(), z.boolean()], {
  error: 'expected a text, a number, true or false',
});

/** One value or several, one of which must hold. */
const condition = z.record(
  z.string(),
  z.union([scalar, z.array(scalar).min(1)]).transform((value) => (Array.isArray(value) ? value : [value])),
);

const when = condition
  .optional()
  .meta({ description: 'Only part of a candidate where each of these parameters has one of these values' });

/** A value of a list. One that is itself a list or a map, as in existing files, is given as its JSON text. */
const listed = z.preprocess(
  (value) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value),
  scalar,
);

const range = {
  min: z.number(),
  max: z.number(),
  scale: z.enum(['linear', 'log']).default('linear'),
  when,
};

const kinds = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('choice'), values: z.array(listed).min(1), when }),
    z.strictObject({ type: z.literal('int'), ...range, min: z.int(), max: z.int() }),
    z.strictObject({ type: z.literal('float'), ...range }),
    z.strictObject({ type: z.literal('bool'), when }),
  ],
  { error: 'expected a list of values, or {type: int|float|bool|choice, …}' },
);

/** What one parameter of a search space may be: a list of values, or a range. */
export const parameterSchema = z
  .preprocess((value) => (Array.isArray(value) ? { type: 'choice', values: value as unknown[] } : value), kinds)
  .superRefine((parameter, context) => {
    if (parameter.type !== 'int' && parameter.type !== 'float') return;
    const { min, max, scale } = parameter;
    if (min >= max) context.addIssue({ code: 'custom', path: ['max'], message: `must be more than min, ${min}` });
    if (scale === 'log' && min <= 0)
      context.addIssue({ code: 'custom', path: ['min'], message: 'must be more than 0 on a log scale' });
  });

/** One parameter of a search space. */
export type Parameter = z.output<typeof parameterSchema>;

/** The values of a parameter that is no range. */
export function valuesOf(parameter: Parameter): readonly Scalar[] | undefined {
  if (parameter.type === 'bool') return [false, true];
  return parameter.type === 'choice' ? parameter.values : undefined;
}

/** Why a value is not one of a parameter's, or undefined where it is. */
export function complaintAbout(value: unknown, parameter: Parameter): string | undefined {
  const values = valuesOf(parameter);
  if (values !== undefined)
    return values.some((one) => one === value) ? undefined : `is not one of ${values.join(', ')}`;
  const { min, max, type } = parameter as Extract<Parameter, { min: number }>;
  if (typeof value !== 'number') return 'must be a number';
  if (type === 'int' && !Number.isInteger(value)) return 'must be a whole number';
  return value >= min && value <= max ? undefined : `is not within ${min} and ${max}`;
}

/** Whether a parameter is part of a candidate that has these values so far. */
export function holds({ when: wanted = {} }: Parameter, params: Params): boolean {
  return Object.entries(wanted).every(([name, values]) => values.some((value) => value === own(params, name)));
}
