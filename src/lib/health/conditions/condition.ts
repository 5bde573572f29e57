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

/** Severity of a share that is used up: critical from halfway between the limit and 100 %. */
export function severityOfPercent(usedPercent: number, warningPercent: number): Severity | null {
  if (usedPercent < warningPercent) return null;
  return usedPercent >= (warningPercent + 100) / 2 ? 'critical' : 'warning';
}

/** A percentage as people read it. */
export function percentText(percent: number): string {
  return `${Math.round(percent * 10) / 10}%`;
}
