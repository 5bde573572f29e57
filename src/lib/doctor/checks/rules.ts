import { KlorosError, toError } from '../../base/errors.js';
import { pathsOf } from '../../config/paths.js';
import { readExperiments } from '../../dream/experiment-file.js';
import { PoliciesFile } from '../../policy/policies-file.js';
import type { DoctorCheck, DoctorView, DoctorFinding } from '../finding.js';

/** The files in which people write what the colony does by itself; each of them is refused whole where a line is wrong. */
export const rules: DoctorCheck = {
  name: 'rules',
  asks: 'whether policies.yaml and dream.yaml can be used',
  codes: ['POLICIES_INVALID', 'EXPERIMENTS_INVALID', 'EXPERIMENTS_DOUBTFUL'],
  look: async ({ config }) => [...(await policies(config)), ...(await experiments(config))],
};

async function policies(config: DoctorView['config']): Promise<DoctorFinding[]> {
  const file = new PoliciesFile({ path: pathsOf(config).policies, alsoSays: config.policy.alsoSays }, {});
  await file.refresh();
  const why = 'none of its edits is in force: the rules before it stay, or the built-in ones';
  return file.refusal === undefined ? [] : [unusable('POLICIES_INVALID', file.refusal.error, why)];
}

async function experiments(config: DoctorView['config']): Promise<DoctorFinding[]> {
  try {
    const { warnings } = await readExperiments(pathsOf(config).dream);
    return warnings.map((what) => ({
      ...{ code: 'EXPERIMENTS_DOUBTFUL', level: 'warning' as const, what },
      ...{ why: 'whoever wrote it means something that does not happen', next: ['kloros dream list'] },
    }));
  } catch (error) {
    if (error instanceof KlorosError && error.code === 'EXPERIMENTS_NOT_FOUND') return [];
    return [unusable('EXPERIMENTS_INVALID', toError(error), 'no experiment can run, and every cycle fails')];
  }
}

/** What the file itself says is wrong, line and key, belongs to what is so. */
function unusable(code: string, error: Error, why: string): DoctorFinding {
  const { why: detail, next } = error instanceof KlorosError ? error : { why: undefined, next: [] };
  const what = detail === undefined ? error.message : `${error.message}: ${detail}`;
  return { code, level: 'problem', what, why, next: [...next] };
}
