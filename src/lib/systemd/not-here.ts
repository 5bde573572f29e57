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

/** A user's own manager does not run, e.g. for who came by su. */
export function noOwnManager(why: string): KlorosError {
  return new KlorosError({
    code: 'SYSTEMD_NOT_FOUND',
    message: 'No systemd of your own runs',
    why: why.trim(),
    next: ["for the system's services: add --system", 'for your own: log in, or loginctl enable-linger'],
  });
}
