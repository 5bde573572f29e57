import { KlorosError } from '../base/errors.js';

/** systemd, or one of its programs, is not on this machine. */
export function notHere(program: string, why: string): KlorosError {
  return new KlorosError({
    code: 'SYSTEMD_NOT_FOUND',
    message: 'There is no systemd on this machine',
    why: `${program} cannot be run: ${why.trim()}`,
    next: ['run the colony without it: kloros up'],
  });
}
