import { KlorosError, toError } from '../base/errors.js';
import { statusOf, worstFirst, type Finding } from '../base/finding.js';
import type { DoctorCheck, DoctorFinding } from './finding.js';

/** What the doctor says. */
export interface Diagnosis {
  status: ReturnType<typeof statusOf>;
  /** Names of what was looked at. */
  looked: string[];
  /** The worst first. */
  findings: DoctorFinding[];
}

/** Asks every question; one that cannot be answered is a finding itself. */
export async function examine<View>(checks: readonly DoctorCheck<View>[], view: View): Promise<Diagnosis> {
  const found: DoctorFinding[] = [];
  for (const check of checks) {
    found.push(...(await check.look(view).catch((error: unknown) => [unanswered(check.name, toError(error))])));
  }
  return diagnosisOf(
    checks.map(({ name }) => name),
    found,
  );
}

/** What findings come to. */
export function diagnosisOf(looked: string[], found: readonly DoctorFinding[]): Diagnosis {
  return { status: statusOf(found), looked, findings: worstFirst(found) };
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
