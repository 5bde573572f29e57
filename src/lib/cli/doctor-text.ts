import chalk from 'chalk';
import type { Diagnosis } from '../doctor/examine.js';
import type { Finding, Level } from '../doctor/finding.js';

const COLOUR: Record<Level, (text: string) => string> = {
  problem: chalk.red,
  warning: chalk.yellow,
  note: chalk.dim,
};
const PLURAL: Record<Level, string> = { problem: 'problems', warning: 'warnings', note: 'notes' };

/** A diagnosis for people: the worst first, each with why and what to do, and the sum of it. */
export function doctorText({ looked, findings }: Diagnosis): string {
  const sum = (['problem', 'warning', 'note'] as const)
    .map((level) => ({ level, count: findings.filter((one) => one.level === level).length }))
    .filter(({ count }) => count > 0)
    .map(({ level, count }) => COLOUR[level](`${count} ${count === 1 ? level : PLURAL[level]}`));
  const end = sum.length === 0 ? chalk.green('Nothing is amiss') : sum.join(', ');
  return [...findings.map(findingText), `${chalk.bold(end)}  (looked at ${looked.join(', ')})`].join('\n\n');
}

function findingText({ code, level, what, why, next, fix }: Finding): string {
  return [
    `${COLOUR[level](level)} ${chalk.bold(code)}`,
    `  ${printable(what)}`,
    `  ${chalk.dim(`because: ${printable(why)}`)}`,
    ...next.map((step) => `  ${chalk.dim('→')} ${printable(step)}`),
    ...(fix ? [`  ${chalk.dim('→ or let this command do it: kloros doctor --fix')}`] : []),
  ].join('\n');
}

/** What others wrote must not move the cursor of who reads it. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}
