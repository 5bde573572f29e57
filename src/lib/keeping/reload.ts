import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../base/errors.js';
import { lastReload, type ReloadReport } from '../base/reload-report.js';
import type { Keeper, KeptDaemon } from './keeper.js';

/** What became of one daemon: its own report, or why there is none. */
export interface Reloaded {
  name: string;
  outcome: ReloadReport['outcome'] | 'ended' | 'unknown' | 'not running';
  why: string | null;
}

/** Where daemons report, and how long that may take. */
export interface ReloadRequest {
  folder: string;
  timeoutMs: number;
  abort: AbortSignal;
}

const LOOK_EVERY_MS = 50;

/** Outcomes after which nothing is as it was asked for. */
export const UNHAPPY: ReadonlySet<Reloaded['outcome']> = new Set(['refused', 'failed', 'ended', 'unknown']);

/** Has daemons read their settings anew, and resolves with what became of each, when all have told or none will any more. */
export async function reloadAll(
  keeper: Pick<Keeper, 'look' | 'reload'>,
  names: readonly string[],
  request: ReloadRequest,
): Promise<Reloaded[]> {
  const askedNs = process.hrtime.bigint();
  const before = await keeper.look(names);
  await keeper.reload(names);
  return Promise.all(before.map((daemon) => outcomeOf(daemon, { ...request, askedNs })));
}

async function outcomeOf(
  { name, pid }: KeptDaemon,
  { folder, timeoutMs, abort, askedNs }: ReloadRequest & { askedNs: bigint },
): Promise<Reloaded> {
  if (pid === null) return { name, outcome: 'not running', why: 'it reads them when it starts' };
  const isAnswer = (report: ReloadReport) => report.pid === pid && report.begunNs >= askedNs;
  for (const endMs = performance.now() + timeoutMs; performance.now() < endMs;) {
    const wasThere = isThere(pid); // First, since it reports before it ends.
    const report = lastReload(folder, name);
    if (report !== undefined && isAnswer(report)) return { name, outcome: report.outcome, why: report.why };
    if (!wasThere) return { name, outcome: 'ended', why: `its process ${pid} ended meanwhile` };
    await sleep(LOOK_EVERY_MS, undefined, { signal: abort });
  }
  return { name, outcome: 'unknown', why: `it has not told within ${timeoutMs / 1000} s: kloros daemon logs ${name}` };
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}
