/** `problem`: something does not work; `warning`: it will not, or less well; `note`: it may be meant so. */
export type Level = 'problem' | 'warning' | 'note';

/** Something that is not as it should be. */
export interface Finding {
  /** Stable: docs/doctor.md lists them all. */
  code: string;
  level: Level;
  /** One line: what is so. */
  what: string;
  /** Why it matters. */
  why: string;
  /** What to do, most likely first. */
  next: string[];
}

const RANK: Record<Level, number> = { problem: 0, warning: 1, note: 2 };

/** The worst first, else in their order. */
export function worstFirst<F extends Finding>(findings: readonly F[]): F[] {
  return [...findings].sort((a, b) => RANK[a.level] - RANK[b.level]);
}

/** What findings come to, as checks call it; notes alone are well. */
export function statusOf(findings: readonly Finding[]): 'OK' | 'WARNING' | 'CRITICAL' {
  const has = (level: Level) => findings.some((finding) => finding.level === level);
  return has('problem') ? 'CRITICAL' : has('warning') ? 'WARNING' : 'OK';
}
