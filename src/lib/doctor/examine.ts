import { KlorosError, toError } from '../base/errors.js';
import type { DoctorCheck, Finding, Level } from './finding.js';

/** What the doctor says. */
export interface Diagnosis {
  status: 'OK' | 'WARNING' | 'CRITICAL';
  /** Names of what was looked at. */
  looked: string[];
  /** The worst first. */
  findings: Finding[];
}

const RANK: Record<Level, number> = { problem: 0, warning: 1, note: 2 };

/** Asks every question; one that cannot be answered is a finding itself. */
export async function examine<View>(checks: readonly DoctorCheck<View>[], view: View): Promise<Diagnosis> {
  const found: Finding[] = [];
  for (const check of checks) {
    found.push(...(await check.look(view).catch((error: unknown) => [unanswered(check.name, toError(error))])));
  }
  return diagnosisOf(
    checks.map(({ name }) => name),
    found,
  );
}

/** What findings come to. */
export function diagnosisOf(looked: string[], found: readonly Finding[]): Diagnosis {
  const findings = [...found].sort((a, b) => RANK[a.level] - RANK[b.level]);
  const has = (level: Level) => findings.some((finding) => finding.level === level);
  return { status: has('problem') ? 'CRITICAL' : has('warning') ? 'WARNING' : 'OK', looked, findings };
}

/** The configuration cannot be loaded, so that nothing else can be told of it. */
export function invalidConfiguration(error: Error): Finding {
  const { why, next } = error instanceof KlorosError ? error : { why: undefined, next: [] };
  return {
    code: 'CONFIGURATION_INVALID',
    level: 'problem',
    what: error.message,
    why: why ?? 'no daemon starts with it',
    next: [...next, 'kloros config path'],
  };
}

function unanswered(name: string, error: Error): Finding {
  const { why, next } = error instanceof KlorosError ? error : { why: undefined, next: [] };
  return {
    code: 'CHECK_FAILED',
    level: 'warning',
    what: `${name} could not be looked at: ${error.message}`,
    why: why ?? 'so nothing is known of it',
    next: next.length > 0 ? [...next] : ['kloros doctor --debug'],
  };
}
