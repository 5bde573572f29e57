import { own } from '../base/own.js';
import { currentVersion, layoutOf } from './layout.js';
import { finishLeft } from './recovery.js';
import { readRecords, type DeploymentRecord } from './record.js';
import { readVersion, type Version } from './version.js';

/** What is in use of an experiment, and what it is compared with: a proposal that waits, else the version before. */
export interface DeploymentOverview {
  experiment: string;
  current: string | null;
  /** `proposal`: it would replace the current one. `previous`: the current one replaced it. */
  against: { kind: 'proposal' | 'previous'; id: string } | null;
  /** The last that is on record. */
  last: DeploymentRecord | null;
  changes: { parameter: string; before: unknown; after: unknown }[];
}

/** What waits for somebody's consent, the newest first. */
export async function proposalsOf(deployRoot: string, experiment: string): Promise<DeploymentRecord[]> {
  const last = new Map((await readRecords(layoutOf(deployRoot, experiment))).map((record) => [record.id, record]));
  return [...last.values()].filter(({ stage }) => stage === 'proposed').reverse();
}

/** Compares what is in use with a proposal, or with what was there before. */
export async function overviewOfDeployment(deployRoot: string, experiment: string): Promise<DeploymentOverview> {
  const layout = layoutOf(deployRoot, experiment);
  await finishLeft(layout);
  const current = await currentVersion(layout);
  const [proposal] = await proposalsOf(deployRoot, experiment);
  const version = current === null ? undefined : await readVersion(layout, current);
  const last = (await readRecords(layout)).at(-1) ?? null;
  const proposed = proposal && (await readVersion(layout, proposal.id));
  if (proposed) {
    const before = version?.params ?? proposed.baseline.params;
    const against = { kind: 'proposal' as const, id: proposed.id };
    return { experiment, current, against, last, changes: differences(before, proposed.params) };
  }
  const against = version?.previous ? { kind: 'previous' as const, id: version.previous } : null;
  return {
    experiment,
    current,
    against,
    last,
    changes: version ? differences(version.baseline.params, version.params) : [],
  };
}

function differences(before: Version['params'], after: Version['params']): DeploymentOverview['changes'] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter((name) => own(before, name) !== own(after, name))
    .map((parameter) => ({ parameter, before: own(before, parameter) ?? null, after: own(after, parameter) ?? null }));
}
