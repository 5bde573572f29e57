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
  return wallClock(timeZone)(nowMs);
}

/**
 * When the quiet that reigns now ends, in epoch milliseconds; undefined where none does. It is quiet whenever the clock
 * on the wall shows a time within a range: also in the hour that a zone repeats, and never in one that it leaves out.
 */
export function quietUntilMs(
  ranges: readonly TimeRange[],
  nowMs: number,
  timeZone: string | undefined,
): number | undefined {
  const clock = wallClock(timeZone);
  const startMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  let atMs = startMs;
  // Ranges that leave no minute of the day end nowhere; a day on is late enough to ask again.
  while (atMs < startMs + DAY_MINUTES * MINUTE_MS) {
    const quiet = quietMinutes(ranges, minuteAt(clock, atMs));
    if (quiet === undefined) break;
    atMs = laterMs(clock, atMs, quiet);
  }
  return atMs === startMs ? undefined : atMs;
}

type WallClock = (atMs: number) => LocalTime;

function wallClock(timeZone: string | undefined): WallClock {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...(timeZone === undefined ? {} : { timeZone }),
    ...{ hour: '2-digit', minute: '2-digit', weekday: 'short', hourCycle: 'h23' },
  });
  return (atMs) => {
    const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
    return {
      hour: Number(parts.get('hour')),
      minute: Number(parts.get('minute')),
      weekday: WEEKDAYS.indexOf(parts.get('weekday') ?? '') + 1,
    };
  };
}

function minuteAt(clock: WallClock, atMs: number): number {
  const { hour, minute } = clock(atMs);
  return hour * 60 + minute;
}

/** How long the longest range that reigns at a minute of the day would last on a day without a change of the clock. */
function quietMinutes(ranges: readonly TimeRange[], minute: number): number | undefined {
  const ends = ranges.filter((range) => isWithin(range, minute)).map(({ toMinute }) => minutesUntil(minute, toMinute));
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/** So many minutes later, or when the zone changes its clock before that, since from then on the wall shows another time. */
function laterMs(clock: WallClock, fromMs: number, minutes: number): number {
  const from = minuteAt(clock, fromMs);
  const isAsUsual = (passed: number) => minuteAt(clock, fromMs + passed * MINUTE_MS) === (from + passed) % DAY_MINUTES;
  if (isAsUsual(minutes)) return fromMs + minutes * MINUTE_MS;
  let [usual, changed] = [0, minutes];
  while (changed - usual > 1) {
    const middle = Math.floor((usual + changed) / 2);
    if (isAsUsual(middle)) usual = middle;
    else changed = middle;
  }
  return fromMs + changed * MINUTE_MS;
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
