import { realpath } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { isWithin } from '../base/safe-path.js';
import { finalProblem, type IntentProblem } from './problem.js';

const PATH_PREFIX = 'path:';

/**
 * Refuses evidence that leads out of what the colony was given, links resolved (D9).
 * A path that does not exist is let through: the gates of the integrator name it a phantom.
 */
export async function refusedPath(
  evidence: readonly unknown[],
  sourceRoots: readonly string[],
): Promise<IntentProblem | undefined> {
  const paths = evidence.filter((item) => typeof item === 'string' && item.startsWith(PATH_PREFIX));
  if (paths.length === 0) return undefined;
  const roots = (await Promise.all(sourceRoots.map(realOf))).filter((root) => root !== undefined);
  for (const item of paths) {
    const path = await realOf(String(item).slice(PATH_PREFIX.length));
    if (path !== undefined && !roots.some((root) => isWithin(root, path))) return refusal(path, sourceRoots);
  }
  return undefined;
}

async function realOf(path: string): Promise<string | undefined> {
  if (!isAbsolute(path)) return undefined;
  // What cannot be looked at cannot be investigated either; that is said where it is tried.
  return realpath(path).catch(() => undefined);
}

function refusal(path: string, sourceRoots: readonly string[]): IntentProblem {
  const allowed = [...sourceRoots, path].join(':');
  return finalProblem('PathRefused', `${path} is outside the source roots (${sourceRoots.join(', ') || 'none'})`, [
    `KLOROS_SOURCE_ROOTS=${allowed}   # would allow it`,
    'then restart the colony',
  ]);
}
