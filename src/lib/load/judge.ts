import { result, statusBelow, type CheckResult } from '../health/check.js';
import type { Config } from '../config/schema.js';
import type { LoadFigures } from './measure.js';

/** What this machine holds, and how that compares. */
export interface LoadReport extends LoadFigures {
  status: CheckResult['status'];
  why: string;
  next: string[];
  /** Folder whose disk was measured. */
  beside: string;
  /** Signals a second; below the first is a warning, below the second critical, 0 is no limit. */
  targets: { warning: number; critical: number };
}

/** As the check `throughput`: signals that are handled and answered, each durable. */
export function judgeLoad(figures: LoadFigures, beside: string, { health }: Pick<Config, 'health'>): LoadReport {
  const targets = { warning: health.capacityWarning, critical: health.capacityCritical };
  const { status, why, next } = result(statusBelow(figures.handledPerSecond, targets), {
    why: `this machine handles ${figures.handledPerSecond} signals a second, each durable`,
    figures: [],
    next: ['kloros health --check cpu --check disk', 'a disk that syncs faster: kloros bench --beside DIR'],
  });
  return { ...figures, status, why, next, beside, targets };
}
