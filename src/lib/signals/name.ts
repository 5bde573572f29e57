import { z } from 'zod';
import { cutText } from '../base/cut-text.js';
import { PermanentError } from '../base/errors.js';

/** Most bytes of a name; each is a character, since names are ASCII. */
export const LONGEST_NAME = 200;
const NAME = /^[A-Za-z0-9_.:-]+$/;
const SHOWN = 80;

/**
 * A signal's name as every door takes it: 1 to 200 characters of `A-Z a-z 0-9 _ . : -`. What else comes as a name is
 * a slip or an attack on who reads it. Throws INVALID_NAME, which no second attempt can mend.
 */
export function signalName(input: string | Uint8Array): string {
  const length = input.length;
  if (length === 0) throw invalid('', 'it is empty');
  if (length > LONGEST_NAME) throw invalid(input, `it has ${length} characters, and ${LONGEST_NAME} are the most`);
  const name = textOf(input);
  if (!NAME.test(name)) throw invalid(name, 'it holds something else than letters, digits, `_`, `.`, `:` and `-`');
  return name;
}

/** Whether a door takes it. */
export function isSignalName(input: string): boolean {
  return input.length <= LONGEST_NAME && NAME.test(input);
}

/** A name in a file of settings or rules. */
export const signalNameSchema = z
  .string()
  .refine(isSignalName, `a signal's name is 1 to ${LONGEST_NAME} letters, digits, _, ., : and -`);

/** Latin-1, so that no byte is replaced by something that looks right: all above ASCII is refused. */
function textOf(input: string | Uint8Array): string {
  return typeof input === 'string' ? input : Buffer.from(input).toString('latin1');
}

function invalid(input: string | Uint8Array, why: string): PermanentError {
  const shown = JSON.stringify(cutText(typeof input === 'string' ? input : Buffer.from(input).toString(), SHOWN));
  return new PermanentError({
    code: 'INVALID_NAME',
    message: `${shown} is no name of a signal`,
    why,
    next: [`use 1 to ${LONGEST_NAME} letters, digits, \`_\`, \`.\`, \`:\` and \`-\`, such as Q_DREAM_REQUESTED`],
  });
}
