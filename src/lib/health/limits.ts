import type { Config } from '../config/schema.js';
import type { Limits } from './check.js';

/** For so long something that is over stays in what a check says. */
export const LATELY_MS = 3_600_000;

/** Limits that a check of health and an alert of the monitor share, in percent. */
export function diskLimits({ health }: Config): Limits {
  return { warning: health.diskWarningPercent, critical: health.diskCriticalPercent };
}

/** Of the machine's memory, in percent. */
export function memoryLimits({ health }: Config): Limits {
  return { warning: health.memoryWarningPercent, critical: health.memoryCriticalPercent };
}

/** Of open dead letters. */
export function deadLetterLimits({ health }: Config): Limits {
  return { warning: health.deadLettersWarning, critical: health.deadLettersCritical };
}
