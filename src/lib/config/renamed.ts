import { own } from '../base/own.js';

/** Where a setting of an earlier version stands today. */
interface Renamed {
  to: string;
  /** What the earlier version took as critical by itself: halfway between its limit and 100 %. */
  halfway?: string;
}

/** Settings by their earlier key: the monitor had limits of its own beside those of health. */
const RENAMED: Readonly<Record<string, Renamed>> = {
  'monitor.diskPercent': { to: 'health.diskWarningPercent', halfway: 'health.diskCriticalPercent' },
  'monitor.memoryPercent': { to: 'health.memoryWarningPercent', halfway: 'health.memoryCriticalPercent' },
  'monitor.deadLetters': { to: 'health.deadLettersWarning' },
  'monitor.deadLettersCritical': { to: 'health.deadLettersCritical' },
  'monitor.stalledMs': { to: 'health.stalledMs' },
};

const CALLED = ' is called ';

/** Keys under which earlier versions had a setting. */
export const earlierKeys: readonly string[] = Object.keys(RENAMED);

/** Today's key of an earlier one. */
export function keyToday(earlier: string): string | undefined {
  return Object.hasOwn(RENAMED, earlier) ? own(RENAMED, earlier)?.to : undefined;
}

/** What a value under an earlier key sets, by today's keys. */
export function valuesToday(earlier: string, value: unknown): [key: string, value: unknown][] {
  const { to, halfway } = own(RENAMED, earlier) ?? {};
  const derived: [string, unknown][] =
    halfway === undefined || typeof value !== 'number' ? [] : [[halfway, (value + 100) / 2]];
  return to === undefined ? [] : [[to, value], ...derived];
}

/** What is said to whoever still writes the earlier key; `written` is how it stands there, and where. */
export function renamedWarning(written: string, today: string): string {
  return `${written}${CALLED}${today} now: rename it, or remove it where both stand`;
}

/** Whether a warning is of this kind. */
export function isRenamedWarning(warning: string): boolean {
  return warning.includes(CALLED);
}
