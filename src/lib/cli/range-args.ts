import { Args } from '@oclif/core';

/** Argument of every command about a stretch of time. */
export const rangeArgs = { range: Args.string({ description: 'stretch of time, e.g. -1h:now', default: '-1h:now' }) };

/** What a range looks like, for descriptions. */
export const RANGE_HELP =
  'A range is -1h:now, -2h:-1h, beginning:-1d, or has ISO times; -1h alone lasts until now. +1h is in an hour, for what was taken while the clock was ahead.';

/** A range begins with a minus, and would be taken for a flag. */
export function rangeArgv(argv: readonly string[]): string[] {
  return argv.map((word) => (/^-\d/.test(word) ? ` ${word}` : word));
}
