import { formatDuration } from '../base/formats.js';
import { own } from '../base/own.js';
import type { Answers, HopTimes } from './answers.js';

/** Answers, and how they compare with the target. */
export interface LatencyReport extends Answers {
  status: 'OK' | 'WARNING' | 'CRITICAL' | 'UNKNOWN';
  why: string;
  /** What to do, most likely first; empty where all is well. */
  next: string[];
  /** From the intent's file to its answer; 0 where there is none. */
  targetMs: number;
}

const SLOWEST: Readonly<Record<string, string>> = {
  routed: 'kloros daemon logs intent_router',
  queued: 'kloros health --check lag --check cpu',
  investigated: 'kloros daemon logs investigation_consumer_daemon',
};

/** What the answers are held against. */
export interface Target {
  targetMs: number;
  /** It was ended before all were answered, which is no fault of theirs. */
  isCut: boolean;
}

/** As the check of the same name: a median beyond the target is critical, a p99 beyond it a warning. */
export function judgeLatency(answers: Answers, { targetMs, isCut }: Target): LatencyReport {
  const { sent, answered, failed, error, hops } = answers;
  const whole = hops.find(({ hop }) => hop === 'whole');
  const said = `${answered} of ${sent} probes were answered`;
  const judged = (status: LatencyReport['status'], why: string, next: string[]) => ({
    ...{ ...answers, status, why, targetMs },
    next: status === 'OK' ? [] : next,
  });
  if (sent === 0 || whole === undefined) return judged('UNKNOWN', 'no probe was sent', ['kloros health latency']);
  if (answered === 0 && isCut) return judged('UNKNOWN', `${said} before it was interrupted`, []);
  if (answered < sent && !isCut)
    return judged('CRITICAL', said, ['kloros health --check daemons --check lag', 'kloros stuck']);
  if (failed > 0) return judged('CRITICAL', `${said}, ${failed} by a failure: ${error ?? ''}`, [logs('investigated')]);
  const times = `p50 ${formatDuration(whole.p50Ms)}, p99 ${formatDuration(whole.p99Ms)}`;
  return judged(statusOf(whole, targetMs), `${said}: ${times}`, [logs(slowestOf(hops)), 'kloros health --check disk']);
}

function statusOf({ p50Ms, p99Ms }: HopTimes, targetMs: number): LatencyReport['status'] {
  if (targetMs > 0 && p50Ms > targetMs) return 'CRITICAL';
  return targetMs > 0 && p99Ms >= targetMs ? 'WARNING' : 'OK';
}

function logs(hop: string): string {
  return own(SLOWEST, hop) ?? 'kloros daemon logs';
}

function slowestOf(hops: readonly HopTimes[]): string {
  const parts = hops.filter(({ hop }) => hop in SLOWEST).sort((a, b) => b.p99Ms - a.p99Ms);
  return parts[0]?.hop ?? '';
}
