import { readFile } from 'node:fs/promises';
import { KlorosError } from '../base/errors.js';
import { lineDiff, type DiffLine } from '../base/line-diff.js';
import type { Bus, Signal } from '../bus/bus.js';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { readResult } from '../dream/results.js';
import { promote, SERVICE_BEFORE, servicePath } from './dream-experiment.js';

/** What a promotion led to. */
export interface Evolved {
  cycle_id: string;
  deployment_id: string;
  winner_id: string;
  params: Record<string, unknown>;
  /** Against what was in use; 0.12 is 12 %. */
  fitness_improvement: number | null;
  candidates: number;
  /** From the promotion in its folder to the winner in use. */
  tookMs: number;
  /** What the winner changed in the configuration. */
  fileDiff: DiffLine[];
}

/** What following needs. */
export interface EvolveOptions {
  bus: Bus;
  config: Config;
  nowMs: () => number;
  /** Each signal of the flow, as it is said. */
  onSignal: (signal: Signal) => void;
}

const ENDS: ReadonlySet<string> = new Set(['Q_WINNER_DEPLOYED', 'Q_DEPLOYMENT_FAILED']);

/** Drops a promotion and follows it to a deployed winner. Throws DEMO_STEP_FAILED, and DEMO_TIMED_OUT on abort. */
export async function evolve(options: EvolveOptions, abort: AbortSignal): Promise<Evolved> {
  const { bus, config, nowMs, onSignal } = options;
  const afterSeq = await bus.newest();
  const startMs = nowMs();
  await promote(config, 'smaller_archives.json');
  let complete: Signal | undefined;
  for await (const { signal } of bus.follow({ afterSeq }, abort)) {
    onSignal(signal);
    if (signal.signal === 'Q_DREAM_COMPLETE') complete = signal;
    if (isOver(signal)) return outcomeOf(signal, complete, { config, tookMs: nowMs() - startMs });
  }
  throw new KlorosError({
    code: 'DEMO_TIMED_OUT',
    message: 'The promotion did not become a deployed winner in time',
    why: `the cycle ${complete === undefined ? 'has not ended' : 'has ended, and its winner is not deployed'}`,
    next: ['keep the home and look at its log: kloros demo --keep'],
  });
}

/** A cycle without a winner is the end too. */
function isOver({ signal, facts }: Signal): boolean {
  return ENDS.has(signal) || (signal === 'Q_DREAM_COMPLETE' && facts['tournament_winner'] === null);
}

async function outcomeOf(
  last: Signal,
  complete: Signal | undefined,
  { config, tookMs }: { config: Config; tookMs: number },
): Promise<Evolved> {
  const cycleId = String(complete?.facts['cycle_id']);
  const result = await readResult(pathsOf(config).dreamLab, cycleId);
  const winner = result?.experiments[0]?.winner;
  if (last.signal !== 'Q_WINNER_DEPLOYED' || winner == null) throw failed(last);
  return {
    cycle_id: cycleId,
    deployment_id: String(last.facts['deployment_id']),
    winner_id: winner.id,
    params: winner.params,
    fitness_improvement: result?.experiments[0]?.fitness_improvement ?? null,
    candidates: result?.mutations_generated ?? 0,
    tookMs,
    fileDiff: lineDiff(SERVICE_BEFORE, await readFile(servicePath(config), 'utf8')),
  };
}

/** Throws DEMO_STEP_FAILED unless every byte is as it was. */
export async function expectRestored(config: Config): Promise<void> {
  if ((await readFile(servicePath(config), 'utf8')) === SERVICE_BEFORE) return;
  throw new KlorosError({
    code: 'DEMO_STEP_FAILED',
    message: 'The rollback did not restore every byte',
    why: `${servicePath(config)} differs from what it was`,
    next: ['keep the home and look at its log: kloros demo --keep'],
  });
}

function failed({ signal, facts }: Signal): KlorosError {
  const words = [facts['error_type'], facts['error_message']].filter((one) => typeof one === 'string').join(': ');
  return new KlorosError({
    code: 'DEMO_STEP_FAILED',
    message: 'The promotion should have become a deployed winner',
    why: `${signal}: ${words === '' ? 'nothing was better than what is in use' : words}`,
    next: ['keep the home and look at its log: kloros demo --keep'],
  });
}
