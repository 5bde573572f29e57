/** A part of the day in minutes after midnight; it may go over midnight. */
export interface TimeRange {
  fromMinute: number;
  toMinute: number;
}

/** Where the wall clock stands. */
export interface LocalTime {
  /** 0..23. */
  hour: number;
  minute: number;
  /** 1 is Monday, 7 Sunday. */
  weekday: number;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Reads `22:00-06:00`; undefined where it is none. */
export function timeRange(text: string): TimeRange | undefined {
  const found = /^\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*$/.exec(text);
  if (!found) return undefined;
  const [, fromHour, fromMinute, toHour, toMinute] = found.map(Number);
  const from = minuteOf(fromHour, fromMinute);
  const to = minuteOf(toHour, toMinute);
  if (from === undefined || to === undefined || from === to) return undefined;
  return { fromMinute: from % DAY_MINUTES, toMinute: to % DAY_MINUTES };
}

/** The wall clock of a time zone, or of this machine. */
export function localTime(nowMs: number, timeZone: string | undefined): LocalTime {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...(timeZone === undefined ? {} : { timeZone }),
    ...{ hour: '2-digit', minute: '2-digit', weekday: 'short', hourCycle: 'h23' },
  });
  const parts = new Map(format.formatToParts(nowMs).map(({ type, value }) => [type, value]));
  return {
    hour: Number(parts.get('hour')),
    minute: Number(parts.get('minute')),
    weekday: WEEKDAYS.indexOf(parts.get('weekday') ?? '') + 1,
  };
}

/** When the quiet that reigns now ends, in epoch milliseconds; undefined where none does. */
export function quietUntilMs(
  ranges: readonly TimeRange[],
  nowMs: number,
  timeZone: string | undefined,
): number | undefined {
  const { hour, minute } = localTime(nowMs, timeZone);
  const now = hour * 60 + minute;
  const ends = ranges.filter((range) => isWithin(range, now)).map(({ toMinute }) => minutesUntil(now, toMinute));
  if (ends.length === 0) return undefined;
  const startOfMinute = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  return startOfMinute + Math.max(...ends) * MINUTE_MS;
}

/** A range as it is written. */
export function rangeText({ fromMinute, toMinute }: TimeRange): string {
  return `${clockText(fromMinute)}-${clockText(toMinute)}`;
}

function isWithin({ fromMinute, toMinute }: TimeRange, now: number): boolean {
  return fromMinute < toMinute ? now >= fromMinute && now < toMinute : now >= fromMinute || now < toMinute;
}

function minutesUntil(now: number, minute: number): number {
  return (minute - now + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
}

function minuteOf(hour = 0, minute = 0): number | undefined {
  const total = hour * 60 + minute;
  return minute < 60 && total <= DAY_MINUTES ? total : undefined;
}

function clockText(total: number): string {
  return [Math.floor(total / 60), total % 60].map((part) => String(part).padStart(2, '0')).join(':');
}
