import { shortName } from '../base/short-name.js';
import { notFoundError } from './command-error.js';

/**
 * The daemon that a name means: `-` or `_`, with or without `kloros_` and `_daemon`.
 * Throws DAEMON_NOT_FOUND with the closest name; `list` is the command that shows them all.
 */
export function daemonNamed(name: string, names: readonly string[], list = 'kloros daemon list'): string {
  const wanted = shortName(name);
  const found = names.find((candidate) => shortName(candidate) === wanted);
  if (found !== undefined) return found;
  throw notFoundError({ kind: 'daemon', name, candidates: names, list });
}
