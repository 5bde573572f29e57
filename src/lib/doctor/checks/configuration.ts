import { settings } from '../../config/load-settings.js';
import type { DoctorCheck } from '../finding.js';

/** Read elsewhere than in the configuration. */
const READ_ELSEWHERE = /^KLOROS_(?:LOG_FORM|LOG_LEVEL|SUPERVISED)$/;

/** What is set and read by nobody. Files with a key that nobody reads are refused when they are loaded. */
export const configuration: DoctorCheck = {
  name: 'configuration',
  asks: 'whether everything that is set is read by somebody',
  codes: ['ENVIRONMENT_UNREAD'],
  look: async ({ env, warnings }) => {
    const known = new Set(settings.map(({ variable }) => variable));
    const unread = Object.keys(env).filter(
      (name) => name.startsWith('KLOROS_') && !known.has(name) && !READ_ELSEWHERE.test(name),
    );
    return unread.map((name) => {
      const guess = warnings.find((warning) => warning.startsWith(`${name} `));
      return {
        code: 'ENVIRONMENT_UNREAD',
        level: 'warning' as const,
        what: guess ?? `${name} is set, and nothing reads it`,
        why: 'whoever set it means something that does not happen',
        next: ['kloros config show', `unset ${name}`],
      };
    });
  },
};
