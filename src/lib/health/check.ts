import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/log.js';
import type { Observer } from '../bus/observer.js';
import type { Config } from '../config/schema.js';
import type { Standing } from './standing.js';

/** How a check ended, as monitoring plugins call it. */
export type CheckStatus = 'OK' | 'WARNING' | 'CRITICAL' | 'UNKNOWN';

/** What a figure counts. */
export type Unit = '' | 's' | 'B' | '%';

/** A number that a check looked at. */
export interface Figure {
  /** snake_case, with its unit: `oldest_age_seconds`. */
  name: string;
  value: number;
  unit: Unit;
  /** Of what it is, e.g. of which daemon. */
  labels?: Readonly<Record<string, string>>;
  /** Limits, where they are not switched off. */
  warning?: number;
  critical?: number;
  /** Its limits are the least that is well, and not the most. */
  least?: true;
}

/** What a check found. */
export interface CheckResult {
  status: CheckStatus;
  /** One line: what is so, in figures. */
  why: string;
  figures: Figure[];
  /** What to do, most likely first; empty where all is well. */
  next: string[];
}

/** A daemon as far as its health goes. */
export interface Member {
  name: string;
  role?: 'hub';
}

/** What a check may look at. */
export interface HealthView {
  config: Config;
  clock: Clock;
  log: Logger;
  /** Looks at the journal; throws KlorosError JOURNAL_NOT_FOUND where there is none. */
  observer: () => Observer;
  /** Every daemon that there is. */
  members: readonly Member[];
  /** Whether there is a daemon of this name; a consumer may be one that was renamed or removed. */
  isDeclared: (name: string) => boolean;
  /** What is known of the daemons' processes. */
  standing: () => Promise<Standing>;
}

/** One question about the colony. */
export interface HealthCheck {
  /** By which it is chosen, e.g. `dead-letters`. */
  name: string;
  /** The question, in words. */
  asks: string;
  run(view: HealthView): Promise<CheckResult>;
}

/** A check that looks at the journal's file alone. */
export type JournalFileCheck = Omit<HealthCheck, 'run'> & {
  run(view: Pick<HealthView, 'config' | 'observer'>): Promise<CheckResult>;
};

/** Limits of which the greater value is the worse; zero is none. */
export interface Limits {
  warning?: number;
  critical?: number;
}

/** Status of a value that must stay below its limits: a warning from `warning` on, critical beyond `critical`. */
export function statusAbove(value: number, { warning = 0, critical = 0 }: Limits): CheckStatus {
  if (critical > 0 && value > critical) return 'CRITICAL';
  return warning > 0 && value >= warning ? 'WARNING' : 'OK';
}

/** Status of a value that must not fall below its limits. */
export function statusBelow(value: number, { warning = 0, critical = 0 }: Limits): CheckStatus {
  if (critical > 0 && value < critical) return 'CRITICAL';
  return warning > 0 && value < warning ? 'WARNING' : 'OK';
}

const RANK: Record<CheckStatus, number> = { OK: 0, UNKNOWN: 1, WARNING: 2, CRITICAL: 3 };

/** The worst of several; OK of none. What is not known is worse than well, and better than what is known to be bad. */
export function worstOf(statuses: readonly CheckStatus[]): CheckStatus {
  return statuses.reduce<CheckStatus>((worst, status) => (RANK[status] > RANK[worst] ? status : worst), 'OK');
}

/** The limits as a figure carries them: one that is switched off is absent. */
export function shownLimits({ warning = 0, critical = 0 }: Limits): Limits {
  return { ...(warning > 0 ? { warning } : {}), ...(critical > 0 ? { critical } : {}) };
}

/** A result: what to do is only said where something is wrong. */
export function result(status: CheckStatus, parts: Omit<CheckResult, 'status'>): CheckResult {
  return { ...parts, status, next: status === 'OK' ? [] : parts.next };
}
