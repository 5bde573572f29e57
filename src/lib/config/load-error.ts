import { KlorosError } from '../base/errors.js';

const NEXT = 'correct it, then: kloros config show';

/** A complaint about a configuration, with its place: a file and line, a variable or a flag. */
export function invalidConfig(place: string, why: string, next: string = NEXT): KlorosError {
  return new KlorosError({
    code: 'INVALID_CONFIG',
    message: `The configuration is wrong at ${place}`,
    why,
    next: [next],
  });
}
