import type { Figure } from './check.js';
import type { HealthReport } from './run-checks.js';

/** One line as monitoring plugins print it: status, words, and after a bar the figures with their limits. */
export function nagiosLine({ status, checks }: HealthReport): string {
  const wrong = checks.filter((row) => row.status !== 'OK');
  const words =
    wrong.length === 0
      ? `${checks.length} checks are well`
      : wrong.map(({ check, status: how, why }) => `${check} ${how}: ${why}`).join('; ');
  const figures = checks.flatMap(({ check, figures: all }) => all.map((figure) => figureText(check, figure)));
  return `KLOROS ${status} - ${words.replaceAll(/[|\r\n]/g, ' ')}${figures.length > 0 ? ` | ${figures.join(' ')}` : ''}`;
}

/** `'lag.signals.worker'=3;100;1000`: a least value is followed by a colon. */
function figureText(check: string, { name, value, unit, labels = {}, warning, critical, least }: Figure): string {
  const label = [check, name, ...Object.values(labels)].join('.').replaceAll(/['=\s|]/g, '_');
  const limits = [warning, critical].map((limit) => (limit === undefined ? '' : `${limit}${least ? ':' : ''}`));
  return `'${label}'=${rounded(value)}${unit};${limits.join(';')}`.replace(/;+$/, '');
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
