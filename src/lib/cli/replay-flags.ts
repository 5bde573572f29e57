import { Flags } from '@oclif/core';
import { parseDurationMs } from '../base/duration.js';
import { usageError } from './command-error.js';

/** Flags that say how a replay goes. */
export const replayFlags = {
  broadcast: Flags.boolean({ summary: 'As new signals to all who hear them, not only to the daemon that failed' }),
  rate: Flags.integer({ summary: 'So many a second', min: 1 }),
  ramp: Flags.string({
    summary: 'In steps of these sizes, the last one repeated; stops when a row of a step fails',
    helpValue: '1,5,20,100',
  }),
  limit: Flags.integer({ summary: 'Only the first so many, the oldest first', min: 1 }),
  reason: Flags.string({ summary: 'Why, for the history of each row', helpValue: 'TEXT' }),
  watch: Flags.string({
    summary: 'Longest wait for what becomes of the rows; of each step with --ramp',
    default: '10s',
    helpValue: 'DURATION',
  }),
};

/** The steps of `1,5,20,100`; null where none are given. Throws USAGE. */
function rampOf(text: string | undefined): number[] | null {
  if (text === undefined) return null;
  const steps = text.split(',').map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : 0));
  if (steps.every((step) => step >= 1 && Number.isSafeInteger(step))) return steps;
  throw usageError(`${JSON.stringify(text)} is no ramp`, 'a ramp is numbers of rows, each at least 1', [
    'write e.g. --ramp 1,5,20,100',
  ]);
}

/** The run's settings of those flags. */
export function runSettings(flags: {
  broadcast: boolean;
  rate?: number | undefined;
  ramp?: string | undefined;
  reason?: string | undefined;
  watch: string;
}) {
  const { broadcast, rate, ramp, reason, watch } = flags;
  return { broadcast, rate: rate ?? null, ramp: rampOf(ramp), reason: reason ?? null, watchMs: parseDurationMs(watch) };
}
