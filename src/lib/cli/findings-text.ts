import chalk from 'chalk';
import { terminalLine } from '../base/terminal-text.js';
import type { Finding, Level } from '../base/finding.js';

const COLOUR: Record<Level, (text: string) => string> = {
  problem: chalk.red,
  warning: chalk.yellow,
  note: chalk.dim,
};
const PLURAL: Record<Level, string> = { problem: 'problems', warning: 'warnings', note: 'notes' };

/** How many there are of each level. */
export function findingsSum(findings: readonly Finding[]): string {
  return (['problem', 'warning', 'note'] as const)
    .map((level) => ({ level, count: findings.filter((one) => one.level === level).length }))
    .filter(({ count }) => count > 0)
    .map(({ level, count }) => COLOUR[level](`${count} ${count === 1 ? level : PLURAL[level]}`))
    .join(', ');
}

/** A finding for people, with why and what to do. */
export function findingText({ code, level, what, why, next }: Finding): string {
  return [
    `${COLOUR[level](level)} ${chalk.bold(code)}`,
    `  ${terminalLine(what)}`,
    `  ${chalk.dim(`because: ${terminalLine(why)}`)}`,
    ...next.map((step) => `  ${chalk.dim('→')} ${terminalLine(step)}`),
  ].join('\n');
}
