import chalk from 'chalk';
import type { Diagnosis } from '../doctor/examine.js';
import type { DoctorFinding } from '../doctor/finding.js';
import { findingsSum, findingText } from './findings-text.js';

/** A diagnosis for people: the worst first, each with why and what to do, and the sum of it. */
export function doctorText({ looked, findings }: Diagnosis): string {
  const end = findings.length === 0 ? chalk.green('Nothing is amiss') : findingsSum(findings);
  return [...findings.map(mendableText), `${chalk.bold(end)}  (looked at ${looked.join(', ')})`].join('\n\n');
}

function mendableText(finding: DoctorFinding): string {
  const text = findingText(finding);
  return finding.fix ? `${text}\n  ${chalk.dim('→ or let this command do it: kloros doctor --fix')}` : text;
}
