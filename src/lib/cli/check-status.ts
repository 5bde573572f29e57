import chalk from 'chalk';
import type { CheckStatus } from '../health/check.js';
import { CheckCode } from './exit-codes.js';

const COLOUR: Record<CheckStatus, (text: string) => string> = {
  OK: chalk.green,
  WARNING: chalk.yellow,
  CRITICAL: chalk.red,
  UNKNOWN: chalk.magenta,
};

/** Exit code of each status. */
export const CODE_OF_STATUS: Record<CheckStatus, number> = {
  OK: CheckCode.ok,
  WARNING: CheckCode.warning,
  CRITICAL: CheckCode.critical,
  UNKNOWN: CheckCode.unknown,
};

/** A status in its colour. */
export function colouredStatus(status: CheckStatus): string {
  return COLOUR[status](status);
}
