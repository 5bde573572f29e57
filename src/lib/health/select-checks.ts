import { closest } from '../base/closest.js';
import { KlorosError } from '../base/errors.js';
import type { HealthCheck } from './check.js';

/** Which checks are wanted by name. */
export interface Selection {
  only: readonly string[];
  skip: readonly string[];
}

/** The checks that are wanted, in their order. Throws KlorosError UNKNOWN_CHECK with the name that was probably meant. */
export function selectChecks(checks: readonly HealthCheck[], { only, skip }: Selection): HealthCheck[] {
  const names = checks.map(({ name }) => name);
  const known = (name: string) => {
    const wanted = name.toLowerCase().replaceAll('_', '-');
    if (names.includes(wanted)) return wanted;
    throw unknownCheck(name, names);
  };
  const [wanted, unwanted] = [only.map(known), skip.map(known)];
  return checks.filter(({ name }) => (wanted.length === 0 || wanted.includes(name)) && !unwanted.includes(name));
}

function unknownCheck(name: string, names: readonly string[]): KlorosError {
  const near = closest(name, names);
  return new KlorosError({
    code: 'UNKNOWN_CHECK',
    message: `There is no check ${JSON.stringify(name)}`,
    why: near === undefined ? `the checks are ${names.join(', ')}` : `did you mean ${near}?`,
    next: [...(near === undefined ? [] : [`kloros health --check ${near}`]), 'kloros health --help'],
  });
}
