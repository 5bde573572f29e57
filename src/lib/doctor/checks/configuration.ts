import { settings, variableOf } from '../../config/load-settings.js';
import { earlierKeys, isRenamedWarning } from '../../config/renamed.js';
import type { DoctorCheck, DoctorFinding, DoctorView } from '../finding.js';

/** Read elsewhere than in the configuration. */
const READ_ELSEWHERE = /^KLOROS_(?:LOG_FORM|LOG_LEVEL|SUPERVISED)$/;

/** What is set and read by nobody. Files with a key that nobody reads are refused when they are loaded. */
export const configuration: DoctorCheck = {
  name: 'configuration',
  asks: 'whether everything that is set is read by somebody',
  codes: ['ENVIRONMENT_UNREAD', 'SETTING_RENAMED'],
  look: async (view) => [...unread(view), ...renamed(view)],
};

function unread({ env, warnings }: Pick<DoctorView, 'env' | 'warnings'>): DoctorFinding[] {
  const earlier = earlierKeys.map((key) => variableOf(key.split('.')));
  const known = new Set([...settings.map(({ variable }) => variable), ...earlier]);
  const names = Object.keys(env).filter(
    (name) => name.startsWith('KLOROS_') && !known.has(name) && !READ_ELSEWHERE.test(name),
  );
  return names.map((name) => {
    const guess = warnings.find((warning) => warning.startsWith(`${name} `));
    return {
      code: 'ENVIRONMENT_UNREAD',
      level: 'warning' as const,
      what: guess ?? `${name} is set, and nothing reads it`,
      why: 'whoever set it means something that does not happen',
      next: ['kloros config show', `unset ${name}`],
    };
  });
}

/** It is read as what it meant, and a later version may read it no more. */
function renamed({ warnings }: Pick<DoctorView, 'warnings'>): DoctorFinding[] {
  return warnings.filter(isRenamedWarning).map((warning) => ({
    code: 'SETTING_RENAMED',
    level: 'note',
    what: warning,
    why: 'the earlier name is still read, and every command warns of it',
    next: ['kloros config show health', 'kloros config path'],
  }));
}
