import { statusAbove, type Limits } from '../check.js';

/** How bad it is. */
export type Severity = 'warning' | 'critical';

/** Something that is wrong now. */
export interface Condition {
  /** E.g. `disk_space_low`; one alert for each type until it clears. */
  type: string;
  severity: Severity;
  /** As people read it, e.g. `85%`. */
  metricValue: string;
  threshold: string;
  /** One snake_case word, as in the document. */
  recommendedAction: string;
}

/** What a check found; null where all is well. */
export type Finding = Condition | null;

/** Which limit a value is beyond, judged as `kloros health` judges it; null where it is well. */
export function beyond(value: number, limits: Limits): { severity: Severity; limit: number } | null {
  const status = statusAbove(value, limits);
  if (status === 'OK') return null;
  const severity = status === 'CRITICAL' ? 'critical' : 'warning';
  return { severity, limit: limits[severity] ?? 0 };
}

/** A percentage as people read it. */
export function percentText(percent: number): string {
  return `${Math.round(percent * 10) / 10}%`;
}
